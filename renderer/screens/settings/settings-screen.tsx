/** Everything that can be set, in groups, each value with its source; and how the SSH agent is. */
import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { type ReactNode, useId } from 'react';
import type { SettingView } from '../../../main/ipc/contract.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useTexts } from '../../texts.tsx';
import { AgentActivity } from './agent-activity.tsx';
import { AgentSection } from './agent-section.tsx';
import { KeyPolicies } from './key-policies.tsx';
import { OtherPrograms } from './other-programs.tsx';
import { groupSettings } from './setting-groups.ts';
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
          {groupSettings(listed.settings).map(({ group, settings }) =>
            group === 'agent' ? (
              <AgentGroups key={group} settings={settings} onChanged={replace} />
            ) : (
              <Group key={group} title={groupLabel(say, group)}>
                <SettingRows settings={settings} onChanged={replace} />
              </Group>
            ),
          )}
          <p className={styles.file}>{say('settings.file', { file: listed.file })}</p>
        </>
      )}
    </ScreenBody>
  );
}

interface SettingRowsProps {
  readonly settings: readonly SettingView[];
  readonly onChanged: (setting: SettingView) => void;
}

/** The agent, how other programs reach it, and what it was asked. */
function AgentGroups({ settings, onChanged }: SettingRowsProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <>
      <Group title={groupLabel(say, 'agent')}>
        <AgentSection />
        <div className={styles.divided}>
          <SettingRows settings={settings} onChanged={onChanged} />
        </div>
        <div className={styles.divided}>
          <KeyPolicies settings={settings} />
        </div>
      </Group>
      <Group title={say('settings.programs-title')}>
        <OtherPrograms />
      </Group>
      <Group title={say('settings.activity-title')}>
        <AgentActivity />
      </Group>
    </>
  );
}

function SettingRows({ settings, onChanged }: SettingRowsProps) {
  return settings.map((setting) => <SettingRow key={setting.key} setting={setting} onChanged={onChanged} />);
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const styles = useStyles();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 className={styles.heading} id={id}>
        {title}
      </h2>
      <div className={styles.card}>{children}</div>
    </section>
  );
}
