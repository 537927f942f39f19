/** What has come of it: each key that was found, its files, and what the profile holds. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import type { RecoveryReportView, RecoveryStep } from '../../../main/ipc/contract.ts';
import { Notice } from '../../design/error-notice.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { SectionTitle } from '../../design/section-title.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts, type WindowTexts } from '../../texts.tsx';
import { RunFrame } from '../enroll/run-frame.tsx';
import { FoundKey } from './found-key.tsx';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM, marginTop: tokens.spacingVerticalL },
  detail: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
  unusable: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL },
});

export interface RecoveryDoneProps {
  readonly report: RecoveryReportView;
  readonly steps: readonly RecoveryStep[];
}

export function RecoveryDone({ report, steps }: RecoveryDoneProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const { product, keys, unusable } = report;
  const count = keys.filter(({ outcome }) => outcome === 'recovered' || outcome === 'restored').length;
  const unknown = steps.find((step) => step.kind === 'profile-unknown');
  const profile = profileSentence(report, say);
  return (
    <>
      <RunFrame
        drawing="done"
        title={count === 0 ? say('recovery.done-none') : say('recovery.done', { count })}
        text={say(count === 0 ? 'recovery.done-none-text' : 'recovery.done-text')}
        focusOn="done"
      >
        <div className={styles.actions}>
          <Button appearance="primary" onClick={() => go({ screen: 'readiness' })}>
            {say('recovery.to-readiness')}
          </Button>
        </div>
      </RunFrame>
      {unknown !== undefined && (
        <Notice
          kind="warning"
          sentence={say('recovery.profile-unknown')}
          remedy={`${unknown.error.message} ${unknown.error.remedy}`}
          code={unknown.error.code}
        />
      )}
      {profile !== undefined && <Notice kind="info" sentence={profile} />}
      <section aria-labelledby="recovery-keys">
        <SectionTitle id="recovery-keys">
          {product === undefined ? say('recovery.keys-unnamed') : say('recovery.keys', { product })}
        </SectionTitle>
        <ItemList gap="M">
          {keys.map((key) => (
            <li key={key.id}>
              <FoundKey found={{ ...key, enrolled: false }}>
                <span className={styles.detail}>
                  {say(`recovery.outcome-${key.outcome}`)}
                  {key.keyFile !== undefined && `: ${key.keyFile}`}
                </span>
                {key.inTheWay !== undefined && (
                  <span className={styles.detail}>{say('recovery.in-the-way', { file: key.inTheWay })}</span>
                )}
              </FoundKey>
            </li>
          ))}
        </ItemList>
      </section>
      {unusable.length > 0 && (
        <section aria-labelledby="recovery-unusable">
          <SectionTitle id="recovery-unusable">{say('recovery.unusable')}</SectionTitle>
          <ul className={styles.unusable}>
            {unusable.map(({ application, userName, why }) => (
              <li key={`${application} ${userName}`}>
                {say(`recovery.unusable-${why}`, { application, name: userName ?? say('recovery.unnamed') })}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function profileSentence({ profile, keys }: RecoveryReportView, say: WindowTexts['say']): string | undefined {
  if (profile === undefined) return undefined;
  const { account, isEmpty } = profile;
  if (isEmpty) return say('recovery.profile-empty', { account });
  // Else its badge tells.
  const isElsewhere = keys.every(({ onProfile }) => onProfile !== true);
  return isElsewhere ? say('recovery.profile-other', { account }) : undefined;
}
