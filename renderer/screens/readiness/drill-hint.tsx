/** What was rehearsed last, and how many devices nobody has ever got in to: said where a login would work now. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { Readiness } from '../../../main/ipc/contract.ts';
import { useTexts } from '../../texts.tsx';
import { timeAgo } from '../devices/time-ago.ts';

const useStyles = makeStyles({ hint: { margin: 0, color: tokens.colorNeutralForeground2 } });

export function DrillHint({ readiness }: { readonly readiness: Readiness }) {
  const styles = useStyles();
  const { say, language } = useTexts();
  const { verdict, lastDrill, neverProven = [], now } = readiness;
  const last =
    lastDrill &&
    say(`drill.last-${lastDrill.verdict}`, {
      target: lastDrill.target,
      when: timeAgo(lastDrill.at, now, language),
    });
  const never = verdict === 'ready' && neverProven.length > 0;
  if (last === undefined && !never) return null;
  return (
    <p className={styles.hint}>
      {last} {never && say('drill.never-proven', { count: neverProven.length })}
    </p>
  );
}
