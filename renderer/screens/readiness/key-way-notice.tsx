/** On Windows: which way security keys are reached, and why; and what stands against it. */
import { Button } from '@fluentui/react-components';
import type { KeyWayView } from '../../../main/ipc/contract.ts';
import { Notice } from '../../design/error-notice.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';

export interface KeyWayNoticeProps {
  readonly way: KeyWayView;
  /** What that way cannot do stands below; else a button leads there. */
  readonly isExplainedHere?: boolean;
}

export function KeyWayNotice({ way: { way, because, obstacle }, isExplainedHere = false }: KeyWayNoticeProps) {
  const { say } = useTexts();
  const { go } = useNavigation();
  const sentence = `${say(`readiness.key-way-${way}`)} ${say(`readiness.key-way-because-${because}`)}`;
  const isFree = way === 'direct' && obstacle === undefined;
  const action =
    isFree || isExplainedHere ? undefined : (
      <Button onClick={() => go({ screen: 'security-keys' })}>{say('readiness.key-way-more')}</Button>
    );
  if (obstacle === undefined) {
    return (
      <Notice kind="info" sentence={sentence} remedy={say(`readiness.key-way-${way}-explained`)} action={action} />
    );
  }
  const { code, message, remedy } = obstacle;
  return <Notice kind="error" sentence={`${sentence} ${message}`} remedy={remedy} code={code} action={action} />;
}
