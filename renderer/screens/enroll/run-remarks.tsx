/** What was noticed on the way and is no error: remarks, and published weaknesses that concern the key. */
import { Notice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';
import type { RunProgress } from './run-progress.ts';

export function RunRemarks({ remarks, notices }: Pick<RunProgress, 'remarks' | 'notices'>) {
  const { say } = useTexts();
  return (
    <>
      {notices.map(({ id, title, meaning, remedy, url }) => (
        <Notice
          key={id}
          kind="info"
          sentence={say('enroll.notice', { id, title })}
          remedy={`${meaning} ${remedy}`}
          code={url}
        />
      ))}
      {[...new Set(remarks)].map((remark) => (
        <Notice key={remark} kind="info" sentence={remark} />
      ))}
    </>
  );
}
