/** The guided enrollment: which key, then the live steps, then what came of it. Publishing alone is shown here too. */

import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useTexts } from '../../texts.tsx';
import { EnrollChoices } from './enroll-choices.tsx';
import { useEnrollmentRun } from './enrollment-run.tsx';
import { RunOutcome } from './run-outcome.tsx';
import { RunUnderWay } from './run-under-way.tsx';

export function EnrollScreen() {
  const { say } = useTexts();
  const { state } = useEnrollmentRun();
  const publishes = state.phase !== 'none' && state.request.kind === 'publish';
  return (
    <ScreenBody>
      <PageHeader
        title={say(publishes ? 'enroll.heading-publish' : 'enroll.heading')}
        {...(state.phase === 'none' ? { lead: say('enroll.lead') } : {})}
      />
      {state.phase === 'none' && <EnrollChoices />}
      {state.phase === 'running' && <RunUnderWay run={state} />}
      {state.phase !== 'none' && state.phase !== 'running' && <RunOutcome run={state} />}
    </ScreenBody>
  );
}
