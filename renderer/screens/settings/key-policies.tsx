/** What the agent does with each enrolled key, where its owner wants something else of it than of all keys. Saved at once. */
import { Button, Field, makeStyles, Select, tokens } from '@fluentui/react-components';
import { useCallback, useId, useState } from 'react';
import type { CallInput, KeyPolicyView, SettingView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { choiceLabel, settingLabel } from './setting-words.ts';

/** The setting that holds for all keys has the same name, and the same choices. */
const MEMBERS = {
  ask: ['once-per-session', 'always'],
  forwarded: ['ask', 'refuse'],
} as const;
type Member = keyof typeof MEMBERS;
type Change = Omit<CallInput<'agent.set-policy'>, 'key'>;

/** The value of the option that takes back what was said of one key. */
const AS_ALL = '';

const useStyles = makeStyles({
  part: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  small: { margin: 0, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  key: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    padding: `${tokens.spacingVerticalM} 0`,
    ':not(:first-child)': { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  },
  name: { margin: 0, fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  code: {
    margin: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: 'anywhere',
  },
  choices: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(260px, 100%), 1fr))',
    gap: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalXXL}`,
  },
  none: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
});

export function KeyPolicies({ settings }: { readonly settings: readonly SettingView[] }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const titleId = useId();
  const { value, error, again } = useFresh('agent.policies', ['settings.changed', 'readiness.changed']);
  return (
    <section className={styles.part} aria-labelledby={titleId}>
      <h3 className={styles.title} id={titleId}>
        {say('settings.policy-title')}
      </h3>
      <p className={styles.small}>{say('settings.policy-explained')}</p>
      {error !== undefined && (
        <ErrorNotice error={error} action={<Button onClick={again}>{say('settings.retry')}</Button>} />
      )}
      {value?.policies.length === 0 && (
        <div className={styles.none}>
          <span className={styles.small}>{say('settings.policy-no-key')}</span>
          <Button size="small" onClick={() => go({ screen: 'enroll' })}>
            {say('settings.policy-enroll')}
          </Button>
        </div>
      )}
      {value !== undefined && value.policies.length > 0 && (
        <ItemList>
          {value.policies.map((policy) => (
            <KeyPolicy key={policy.key} policy={policy} settings={settings} onSaved={again} />
          ))}
        </ItemList>
      )}
    </section>
  );
}

interface KeyPolicyProps {
  readonly policy: KeyPolicyView;
  readonly settings: readonly SettingView[];
  readonly onSaved: () => void;
}

function KeyPolicy({ policy, settings, onSaved }: KeyPolicyProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const [failure, setFailure] = useState<unknown>();
  const nameId = useId();
  const { key, keyFile, product } = policy;
  const name = product === undefined ? keyFile : say('settings.policy-key', { product, file: keyFile });
  const save = useCallback(
    async (change: Change) => {
      setFailure(undefined);
      try {
        await call('agent.set-policy', { key, ...change });
        announce(say('settings.policy-saved', { name }));
      } catch (error) {
        setFailure(error);
      }
      onSaved();
    },
    [announce, key, name, onSaved, say],
  );
  return (
    <li className={styles.key}>
      <div>
        <p className={styles.name} id={nameId}>
          {name}
        </p>
        <p className={styles.code}>{key}</p>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has a frame and a legend of its own */}
      <div className={styles.choices} role="group" aria-labelledby={nameId}>
        <PolicyChoice member="ask" policy={policy} settings={settings} onChoose={save} />
        <PolicyChoice member="forwarded" policy={policy} settings={settings} onChoose={save} />
      </div>
      {failure !== undefined && <ErrorNotice error={failure} />}
    </li>
  );
}

interface PolicyChoiceProps {
  readonly member: Member;
  readonly policy: KeyPolicyView;
  readonly settings: readonly SettingView[];
  readonly onChoose: (change: Change) => void;
}

function PolicyChoice({ member, policy, settings, onChoose }: PolicyChoiceProps) {
  const { say } = useTexts();
  const setting = `agent.${member}` as const;
  const { value, source } = policy[member];
  const ofAll = settings.find(({ key }) => key === setting)?.value;
  const isDecided = source === 'file';
  return (
    <Field label={settingLabel(say, setting)} {...(isDecided && { hint: say('settings.source-fixed') })}>
      <Select
        value={source === 'settings' ? AS_ALL : value}
        disabled={isDecided}
        onChange={(_, { value: chosen }) =>
          onChoose({ [member]: MEMBERS[member].find((choice) => choice === chosen) ?? null })
        }
      >
        {!isDecided && (
          <option value={AS_ALL}>
            {say('settings.policy-as-all', { value: choiceLabel(say, setting, String(ofAll ?? '')) })}
          </option>
        )}
        {MEMBERS[member].map((choice) => (
          <option key={choice} value={choice}>
            {choiceLabel(say, setting, choice)}
          </option>
        ))}
      </Select>
    </Field>
  );
}
