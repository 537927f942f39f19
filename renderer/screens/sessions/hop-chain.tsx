/** The logins of the way, in order: which are done, which one the touch is for, which are to come. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled, ChevronRightRegular, CircleRegular, RadioButtonFilled } from '@fluentui/react-icons';
import { Fragment } from 'react';
import { useTexts } from '../../texts.tsx';

const useStyles = makeStyles({
  chain: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'center',
    alignItems: 'center',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  hop: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    minWidth: 0,
    overflowWrap: 'anywhere',
    color: tokens.colorNeutralForeground2,
  },
  icon: { display: 'flex', flexShrink: 0, fontSize: '16px' },
  done: { color: tokens.colorStatusSuccessForeground1 },
  now: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold },
  nowIcon: { color: tokens.colorBrandForeground1 },
  arrow: { display: 'flex', fontSize: '12px', color: tokens.colorNeutralForeground3 },
});

export interface HopChainProps {
  /** In order, the device last. */
  readonly hosts: readonly string[];
  /** From 1. */
  readonly at: number;
}

export function HopChain({ hosts, at }: HopChainProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <ol className={styles.chain} aria-label={say('sessions.hops')}>
      {hosts.map((host, index) => {
        const state = index + 1 < at ? 'done' : index + 1 === at ? 'now' : 'later';
        const Icon = { done: CheckmarkCircleFilled, now: RadioButtonFilled, later: CircleRegular }[state];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a way may pass one host twice, and its order stands
          <Fragment key={index}>
            {index > 0 && (
              <li className={styles.arrow} aria-hidden="true">
                <ChevronRightRegular />
              </li>
            )}
            <li
              className={mergeClasses(styles.hop, state === 'now' && styles.now)}
              aria-current={state === 'now' ? 'step' : undefined}
            >
              <span
                className={mergeClasses(
                  styles.icon,
                  state === 'done' && styles.done,
                  state === 'now' && styles.nowIcon,
                )}
              >
                <Icon aria-label={say(`sessions.hop-${state}`)} />
              </span>
              {host}
            </li>
          </Fragment>
        );
      })}
    </ol>
  );
}
