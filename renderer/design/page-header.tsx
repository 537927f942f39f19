/** A screen's head: its one h1, a sentence below it, actions at the end, above it the way back. Takes the focus when the window has moved here. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowLeftRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { useScreenHeading } from './screen-heading.ts';

const useStyles = makeStyles({
  header: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalL,
  },
  words: { flexGrow: 1, flexBasis: '260px', minWidth: 0 },
  title: {
    margin: 0,
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    // It has the focus by script, never by Tab: a ring would say that something can be pressed.
    outlineStyle: 'none',
  },
  lead: {
    margin: `${tokens.spacingVerticalXS} 0 0`,
    maxWidth: '72ch',
    textWrap: 'pretty',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
  },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  // Its picture stands above the heading's first letter.
  back: { marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})`, marginBottom: tokens.spacingVerticalS },
});

export interface PageHeaderProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly back?: { readonly text: string; readonly go: () => void };
}

export function PageHeader({ title, lead, actions, back }: PageHeaderProps) {
  const styles = useStyles();
  const heading = useScreenHeading(title);
  return (
    <header className={styles.header}>
      <div className={styles.words}>
        {back !== undefined && (
          <Button className={styles.back} appearance="subtle" icon={<ArrowLeftRegular />} onClick={back.go}>
            {back.text}
          </Button>
        )}
        <h1 className={styles.title} ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead !== undefined && <p className={styles.lead}>{lead}</p>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
