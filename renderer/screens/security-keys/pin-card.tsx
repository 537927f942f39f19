/** The PIN: whether there is one, how many tries are left, and setting or changing it. What is typed is typed in the prompts. */
import { Button } from '@fluentui/react-components';
import type { SecurityKeyView } from '../../../main/ipc/contract.ts';
import { DangerButton } from '../../design/danger-button.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { KeyCard } from './key-card.tsx';
import { pinBadge, pinExplained } from './key-words.ts';
import type { KeyJob } from './use-key-job.ts';

export interface CardProps {
  readonly pluggedIn: SecurityKeyView;
  readonly job: KeyJob;
}

export interface PinCardProps extends CardProps {
  /** Leads to the reset: the only way out of a PIN that is blocked. */
  readonly onReset: () => void;
}

export function PinCard({ pluggedIn: { path, pin }, job, onReset }: PinCardProps) {
  const { say } = useTexts();
  if (pin === undefined) return null;
  const { state, minLength } = pin;
  const isFirst = state === 'not-set';
  const canChange = state === 'set' || state === 'change-forced';
  const rules = isFirst || canChange ? ` ${say('keys.pin-rules', { least: minLength })}` : '';
  return (
    <KeyCard
      of={{ name: 'pin', job }}
      title={say('keys.pin-title')}
      badge={<StateBadge state={pinBadge(pin)}>{say(`keys.pin-${state}`)}</StateBadge>}
      text={`${pinExplained(pin, say)}${isFirst ? rules : ''}`}
      action={
        isFirst ? (
          <Button appearance="primary" onClick={() => void job.run('pin.set', { key: path })}>
            {say('keys.set-pin')}
          </Button>
        ) : canChange ? (
          <Button
            appearance={state === 'change-forced' ? 'primary' : 'secondary'}
            onClick={() => void job.run('pin.change', { key: path })}
          >
            {say('keys.change-pin')}
          </Button>
        ) : state === 'blocked' ? (
          <DangerButton onClick={onReset}>{say('keys.reset-open')}</DangerButton>
        ) : undefined
      }
    />
  );
}
