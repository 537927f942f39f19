/** A part of a key's page: its title, how it stands, what it is, and what can be done. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { type CardName, endedIn, JobOutcome } from './job-outcome.tsx';
import type { KeyJob } from './use-key-job.ts';

const useStyles = makeStyles({
  card: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalXL,
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: `0 ${tokens.spacingHorizontalL}` },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
    outlineStyle: 'none',
  },
  text: {
    margin: `${tokens.spacingVerticalXXS} 0 0`,
    maxWidth: '72ch',
    color: tokens.colorNeutralForeground2,
  },
  top: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalXXL}`,
  },
  words: { flexGrow: 1, flexBasis: '300px', minWidth: 0 },
});

export interface KeyCardProps {
  /** Where work is begun from here: its end is told here, and takes the focus back from where it was told what to do. */
  readonly of?: { readonly name: CardName; readonly job: KeyJob };
  readonly title: string;
  readonly badge?: ReactNode;
  readonly text?: string | undefined;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

export function KeyCard({ of, title, badge, text, action, children }: KeyCardProps) {
  const styles = useStyles();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const hasEnded = of !== undefined && endedIn(of.name, of.job.state);
  useEffect(() => {
    if (hasEnded) heading.current?.focus();
  }, [hasEnded]);
  return (
    <section className={styles.card} aria-labelledby={id}>
      <div className={styles.top}>
        <div className={styles.words}>
          <div className={styles.head}>
            <h2 className={styles.title} id={id} ref={heading} tabIndex={-1}>
              {title}
            </h2>
            {badge}
          </div>
          {text !== undefined && <p className={styles.text}>{text}</p>}
        </div>
        {action}
      </div>
      {of !== undefined && hasEnded && <JobOutcome state={of.job.state} />}
      {children}
    </section>
  );
}
