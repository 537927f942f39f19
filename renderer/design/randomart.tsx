/** OpenSSH's picture of a key, to be compared by eye with what ssh-keygen draws. */
import { makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  art: {
    margin: 0,
    alignSelf: 'flex-start',
    flexShrink: 0,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground2,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: '11px',
    lineHeight: '13px',
  },
});

export function Randomart({ art, label }: { readonly art: string; readonly label: string }) {
  const { art: style } = useStyles();
  return (
    <pre className={style} role="img" aria-label={label}>
      {art}
    </pre>
  );
}
