/** What came of the last piece of work, told in the card that it was begun from. */
import { useEffect } from 'react';
import { useAnnounce } from '../../design/announcement.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';
import type { KeyCall, KeyJobState } from './use-key-job.ts';

export type CardName = 'pin' | 'credentials' | 'fingerprints' | 'protection';

/** Whether something that was begun from the card is over. */
export function endedIn(card: CardName, state: KeyJobState): boolean {
  return state.phase !== 'none' && state.phase !== 'running' && cardOf(state.name) === card;
}

export function JobOutcome({ state }: { readonly state: KeyJobState }) {
  const { say } = useTexts();
  const announce = useAnnounce();
  const said = saidOf(state, say);
  useEffect(() => {
    if (said !== undefined) announce(said);
  }, [announce, said]);
  if (state.phase === 'failed') return <ErrorNotice error={state.error} />;
  return said === undefined ? null : <Notice kind="info" sentence={said} />;
}

function cardOf(name: KeyCall): CardName | undefined {
  if (name === 'keys.configure') return 'protection';
  return name === 'keys.reset' ? undefined : (name.slice(0, name.indexOf('.')) as CardName);
}

/** Nothing of a list: it is there. */
function saidOf(state: KeyJobState, say: ReturnType<typeof useTexts>['say']): string | undefined {
  if (state.phase === 'stopped') return say('keys.stopped');
  if (state.phase !== 'done') return undefined;
  switch (state.name) {
    case 'credentials.list':
    case 'fingerprints.list':
    case 'keys.reset':
      return undefined;
    default:
      return say(`keys.done-${state.name}`);
  }
}
