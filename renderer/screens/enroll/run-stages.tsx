/** The steps of a run as a list: what is done, with what was found, what is under way, what is to come. */
import { ProgressList } from '../../design/progress-list.tsx';
import { useTexts } from '../../texts.tsx';
import { attestationText } from './attestation-text.ts';
import type { RunProgress, Stage } from './run-progress.ts';

export function RunStages({ progress }: { readonly progress: RunProgress }) {
  const { say } = useTexts();
  const items = progress.stages.map(({ name, state }) => {
    const detail = detailOf({ name, state }, progress, say);
    return {
      id: name,
      state,
      title:
        state === 'done'
          ? say(`enroll.stage-${name}-done`)
          : say(name === 'touch' && progress.systemAsks ? 'enroll.stage-touch-system' : `enroll.stage-${name}`),
      ...(detail === undefined ? {} : { detail }),
    };
  });
  return <ProgressList label={say('enroll.steps')} items={items} />;
}

function detailOf(
  { name, state }: Stage,
  { key, attestation, files, account, resumed }: RunProgress,
  say: ReturnType<typeof useTexts>['say'],
): string | undefined {
  if (state === 'skipped') return say('enroll.stage-skipped');
  if (state === 'stopped') return say('enroll.stage-stopped');
  if (state !== 'done') return undefined;
  const before = resumed === undefined ? undefined : say('enroll.stage-done-before');
  switch (name) {
    case 'key':
      if (key === undefined) return before;
      return key.model === undefined
        ? say('enroll.key-detail', key)
        : say('enroll.key-detail-model', { ...key, model: key.model });
    case 'attestation':
      return attestation === undefined ? before : attestationText(attestation, say);
    case 'files': {
      if (files === undefined) return before;
      const kept = files.keptOld.map((file) => say('enroll.kept-old', { file }));
      return [files.keyFile, ...kept].join('. ');
    }
    case 'publish':
      return account;
    default:
      return undefined;
  }
}
