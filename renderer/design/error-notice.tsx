/** What went wrong, what to do now, and the code to search for or report: an error as every part of Glasskey tells it. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ErrorCircleFilled, InfoFilled, WarningFilled } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import type { CrossedError } from '../../main/ipc/contract.ts';
import { CallError } from '../contract-client.ts';
import { useTexts } from '../texts.tsx';

const useStyles = makeStyles({
  notice: {
    display: 'flex',
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground1,
  },
  error: {
    backgroundColor: tokens.colorStatusDangerBackground1,
    border: `1px solid ${tokens.colorStatusDangerBorder1}`,
  },
  warning: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    border: `1px solid ${tokens.colorStatusWarningBorder1}`,
  },
  icon: { display: 'flex', fontSize: '20px', flexShrink: 0 },
  errorIcon: { color: tokens.colorStatusDangerForeground1 },
  warningIcon: { color: tokens.colorStatusWarningForeground1 },
  infoIcon: { color: tokens.colorNeutralForeground3 },
  words: { flexGrow: 1, minWidth: 0, overflowWrap: 'anywhere' },
  sentence: { margin: 0, fontWeight: tokens.fontWeightSemibold },
  remedy: { margin: `${tokens.spacingVerticalXXS} 0 0` },
  code: {
    margin: `${tokens.spacingVerticalXS} 0 0`,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
  },
  action: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS, marginTop: tokens.spacingVerticalM },
});

export interface NoticeProps {
  readonly kind: 'error' | 'warning' | 'info';
  readonly sentence: string;
  readonly remedy?: string | undefined;
  readonly code?: string | undefined;
  /** Buttons. */
  readonly action?: ReactNode;
}

/** A notice of any kind. Errors are read out at once. */
export function Notice({ kind, sentence, remedy, code, action }: NoticeProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const Icon = { error: ErrorCircleFilled, warning: WarningFilled, info: InfoFilled }[kind];
  const iconStyle = { error: styles.errorIcon, warning: styles.warningIcon, info: styles.infoIcon }[kind];
  const look = mergeClasses(styles.notice, kind === 'error' && styles.error, kind === 'warning' && styles.warning);
  return (
    <div className={look} role={kind === 'error' ? 'alert' : undefined}>
      <span className={mergeClasses(styles.icon, iconStyle)}>
        <Icon aria-label={say(`frame.notice-${kind}`)} />
      </span>
      <div className={styles.words}>
        <p className={styles.sentence}>{sentence}</p>
        {remedy !== undefined && remedy !== '' && <p className={styles.remedy}>{remedy}</p>}
        {code !== undefined && <p className={styles.code}>{code}</p>}
        {action !== undefined && <div className={styles.action}>{action}</div>}
      </div>
    </div>
  );
}

/** An error that was caught. One that is no CallError is a fault of the window itself, and is told as such. */
export function ErrorNotice({ error, action }: { readonly error: unknown; readonly action?: ReactNode }) {
  const { say } = useTexts();
  const known = knownError(error);
  if (known === undefined) {
    return (
      <Notice
        kind="error"
        sentence={say('frame.window-failed')}
        remedy={say('frame.window-failed-remedy')}
        code={String(error)}
        action={action}
      />
    );
  }
  const kind = known.kind === 'cancelled' ? 'info' : 'error';
  return <Notice kind={kind} sentence={known.message} remedy={known.remedy} code={known.code} action={action} />;
}

function knownError(error: unknown): CrossedError | undefined {
  if (error instanceof CallError) return error;
  const isCrossed = typeof error === 'object' && error !== null && 'code' in error && 'remedy' in error;
  return isCrossed && !(error instanceof Error) ? (error as CrossedError) : undefined;
}
