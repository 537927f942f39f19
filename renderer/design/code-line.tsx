/** A line to be typed elsewhere, as it is to be typed. It takes the room that is left beside the button that copies it. */
import { makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  code: {
    flexGrow: 1,
    flexBasis: '240px',
    minWidth: 0,
    boxSizing: 'border-box',
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
  },
});

export function CodeLine({ text }: { readonly text: string }) {
  return <code className={useStyles().code}>{text}</code>;
}
