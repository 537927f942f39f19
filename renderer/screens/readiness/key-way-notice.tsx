/** On Windows: which way security keys are reached, and why; and what stands against it. */
import type { Readiness } from '../../../main/ipc/contract.ts';
import { Notice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';

export function KeyWayNotice({ way: { way, because, obstacle } }: { readonly way: NonNullable<Readiness['keyWay']> }) {
  const { say } = useTexts();
  const sentence = `${say(`readiness.key-way-${way}`)} ${say(`readiness.key-way-because-${because}`)}`;
  if (obstacle === undefined)
    return <Notice kind="info" sentence={sentence} remedy={say(`readiness.key-way-${way}-explained`)} />;
  const { code, message, remedy } = obstacle;
  return <Notice kind="error" sentence={`${sentence} ${message}`} remedy={remedy} code={code} />;
}
