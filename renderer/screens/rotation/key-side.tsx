/**
 * One of the two keys: where it is, by when the devices have it or drop it, and what has proven it. Not drawn: two drawings would say
 * two security keys, and both may live on one.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { EnrollmentView } from '../../../main/ipc/contract.ts';
import { type Fact, FactList } from '../../design/fact-list.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts, type WindowTexts } from '../../texts.tsx';

const useStyles = makeStyles({
  side: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    minWidth: 0,
    padding: tokens.spacingHorizontalXL,
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: tokens.spacingHorizontalL },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
});

export interface KeySideProps {
  readonly which: 'old' | 'new';
  /** Undefined: not made yet. */
  readonly enrollment: EnrollmentView | undefined;
  /** Which one goes; undefined before anything was begun. */
  readonly leaving: 'old' | 'new' | undefined;
  /** Every device has the key that stays, and no longer the other. */
  readonly isReconciled: boolean;
  readonly now: number;
}

export function KeySide({ which, enrollment, leaving, isReconciled, now }: KeySideProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const id = `rotation-${which}`;
  return (
    <section className={styles.side} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 className={styles.title} id={id}>
          {say(`rotation.${which}`)}
        </h2>
        {leaving !== undefined && (
          <StateBadge state={leaving === which ? 'neutral' : 'good'}>
            {say(leaving === which ? 'rotation.badge-goes' : 'rotation.badge-stays')}
          </StateBadge>
        )}
      </div>
      <FactList facts={factsOf(enrollment, { isReconciled, now }, say)} />
    </section>
  );
}

type When = Pick<KeySideProps, 'isReconciled' | 'now'>;

function factsOf(one: EnrollmentView | undefined, when: When, say: WindowTexts['say']): readonly Fact[] {
  if (one === undefined) return [{ name: say('rotation.on-key'), value: say('rotation.new-none') }];
  const { product, fingerprint, lastProven } = one;
  return [
    { name: say('rotation.on-key'), value: product ?? say('rotation.unnamed') },
    ...(fingerprint === undefined ? [] : [{ name: say('rotation.fingerprint'), value: fingerprint, code: true }]),
    { name: say('rotation.profile'), value: profileOf(one, say) },
    { name: say('rotation.devices'), value: devicesOf(one, when, say) },
    {
      name: say('rotation.proof'),
      value:
        lastProven === undefined
          ? say('rotation.proof-none')
          : say('rotation.proof-at', { device: lastProven.device, when: new Date(lastProven.at) }),
    },
  ];
}

function profileOf({ publishedAt, account, replacedAt }: EnrollmentView, say: WindowTexts['say']): string {
  if (publishedAt === undefined) return say('rotation.profile-not');
  return replacedAt === undefined
    ? say('rotation.profile-holds', { account: account ?? '' })
    : say('rotation.profile-replaced');
}

function devicesOf(
  { publishedAt, reconciledBy, replacedAt, lastProven }: EnrollmentView,
  { isReconciled, now }: When,
  say: WindowTexts['say'],
): string {
  if (publishedAt === undefined) return say('rotation.devices-none');
  if (replacedAt !== undefined) return say(isReconciled ? 'rotation.devices-dropped' : 'rotation.devices-drop');
  if (reconciledBy === undefined || reconciledBy <= now) {
    return say(lastProven === undefined ? 'rotation.devices-all-unproven' : 'rotation.devices-all');
  }
  return say('rotation.devices-by', { when: new Date(reconciledBy) });
}
