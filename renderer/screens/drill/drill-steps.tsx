/** The steps of one target, or of what all targets have in common, as they are told. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { DrillStepView } from '../../../main/ipc/contract.ts';
import { type ProgressItem, ProgressList } from '../../design/progress-list.tsx';
import { useTexts } from '../../texts.tsx';
import { stepWords, timeWords } from './drill-words.ts';
import type { DrilledPart } from './use-drill.ts';

const useStyles = makeStyles({
  part: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
  },
  way: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  message: { margin: 0 },
  remedy: { margin: `${tokens.spacingVerticalXXS} 0 0`, color: tokens.colorNeutralForeground1 },
  code: { margin: `${tokens.spacingVerticalXXS} 0 0`, fontFamily: tokens.fontFamilyMonospace },
});

const STATES = { passed: 'done', failed: 'failed', skipped: 'skipped' } as const;

export function DrillSteps({ part, isRunning }: { readonly part: DrilledPart; readonly isRunning: boolean }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { target, way, steps, doing } = part;
  const title = target ?? say('drill.steps-common');
  const items: ProgressItem[] = steps.map((step, at) => ({
    id: String(at),
    state: STATES[step.state],
    title: stepWords(step, say),
    ...(detailOf(step) === undefined ? {} : { detail: detailOf(step) }),
  }));
  if (doing !== undefined && isRunning) items.push({ id: 'doing', state: 'active', title: stepWords(doing, say) });
  return (
    <section className={styles.part} aria-label={title}>
      <div>
        <h3 className={styles.title}>{title}</h3>
        {way !== undefined && way.hops.length > 0 && (
          <p className={styles.way}>{say(`drill.way-${way.kind}`, { hops: way.hops.join(' → ') })}</p>
        )}
      </div>
      <ProgressList label={title} items={items} />
    </section>
  );

  function detailOf(step: DrillStepView) {
    if (step.state === 'passed') {
      return `${timeWords(step.ms, say)}${step.message === undefined ? '' : ` · ${step.message}`}`;
    }
    if (step.state === 'skipped') return step.message;
    return (
      <>
        <p className={styles.message}>{`${timeWords(step.ms, say)} · ${step.message}`}</p>
        <p className={styles.remedy}>{step.remedy}</p>
        <p className={styles.code}>{step.code}</p>
      </>
    );
  }
}
