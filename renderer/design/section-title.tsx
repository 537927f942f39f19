/** The h2 of a part of a screen. */
import { makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  title: {
    margin: `0 0 ${tokens.spacingVerticalL}`,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
});

export function SectionTitle({ id, children }: { readonly id?: string; readonly children: string }) {
  const { title } = useStyles();
  return (
    <h2 id={id} className={title}>
      {children}
    </h2>
  );
}
