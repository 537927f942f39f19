/** How much of a new fingerprint the reader has: its ridges are drawn as the samples come. Decoration beside the words. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { KeyStep } from '../../../main/ipc/contract.ts';
import { sampledShare } from './sampled-share.ts';

const FORCED = '@media (forced-colors: active)';

const useStyles = makeStyles({
  drawing: { display: 'block', marginTop: tokens.spacingVerticalM, forcedColorAdjust: 'none' },
  ridge: {
    fill: 'none',
    stroke: tokens.colorNeutralStroke1,
    strokeWidth: '3px',
    strokeLinecap: 'round',
    [FORCED]: { stroke: 'GrayText' },
  },
  taken: { stroke: tokens.colorBrandForeground1, [FORCED]: { stroke: 'Highlight' } },
});

/** From the middle outwards. */
const RIDGES = [
  'M40 42v22',
  'M32 66V42a8 8 0 0 1 16 0v14',
  'M24 60V42a16 16 0 0 1 32 0v20',
  'M16 54V42a24 24 0 0 1 48 0v12',
  'M9 46v-4a31 31 0 0 1 62 0v4',
];

export function SampleDrawing({ steps }: { readonly steps: readonly KeyStep[] }) {
  const styles = useStyles();
  const taken = Math.round(sampledShare(steps) * RIDGES.length);
  return (
    <svg className={styles.drawing} width="80" height="76" viewBox="0 0 80 76" aria-hidden="true" focusable="false">
      {RIDGES.map((path, at) => (
        <path key={path} className={mergeClasses(styles.ridge, at < taken && styles.taken)} d={path} />
      ))}
    </svg>
  );
}
