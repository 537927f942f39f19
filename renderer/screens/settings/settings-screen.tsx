/** Everything that can be set, in groups, each value with its source; and how the SSH agent is. */
import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import type { SettingView } from '../../../main/ipc/contract.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useTexts } from '../../texts.tsx';
import { AgentActivity } from './agent-activity.tsx';
import { AgentSection } from './agent-section.tsx';
import { KeyPolicies } from './key-policies.tsx';
import { groupSettings, type SettingGroup } from './setting-groups.ts';
import { SettingRow } from './setting-row.tsx';
import { groupLabel } from './setting-words.ts';
import { useSettings } from './use-settings.ts';

const useStyles = makeStyles({
  heading: {
    margin: `0 0 ${tokens.spacingVerticalS}`,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
  },
  card: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  divided: { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  file: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
});

export function SettingsScreen() {
  const styles = useStyles();
  const { say } = useTexts();
  const { listed, error, reload, replace } = useSettings();
  return (
    <ScreenBody>
      <PageHeader title={say('settings.title')} lead={say('settings.explained')} />
      {error !== undefined && (
        <ErrorNotice error={error} action={<Button onClick={reload}>{say('settings.retry')}</Button>} />
      )}
      {listed === undefined && error === undefined && <Spinner label={say('settings.loading')} />}
      {listed !== undefined && (
        <>
          {groupSettings(listed.settings).map((group) => (
            <Group key={group.group} {...group} onChanged={replace} />
          ))}
          <p className={styles.file}>{say('settings.file', { file: listed.file })}</p>
        </>
      )}
    </ScreenBody>
  );
}

interface GroupProps extends SettingGroup {
  readonly onChanged: (setting: SettingView) => void;
}

function Group({ group, settings, onChanged }: GroupProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 className={styles.heading} id={id}>
        {groupLabel(say, group)}
      </h2>
      <div className={styles.card}>
        {group === 'agent' && <AgentSection />}
        {settings.length > 0 && (
          <div className={group === 'agent' ? styles.divided : undefined}>
            {settings.map((setting) => (
              <SettingRow key={setting.key} setting={setting} onChanged={onChanged} />
            ))}
          </div>
        )}
        {group === 'agent' && (
          <>
            <div className={styles.divided}>
              <KeyPolicies settings={settings} />
            </div>
            <div className={styles.divided}>
              <AgentActivity />
            </div>
          </>
        )}
      </div>
    </section>
  );
}
