/** Everything that can be set, in groups, each value with its source; and how the SSH agent is. */
import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { SettingView } from '../../../main/ipc/contract.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { type Place, useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { AgentActivity } from './agent-activity.tsx';
import { AgentSection } from './agent-section.tsx';
import { KeyPolicies } from './key-policies.tsx';
import { OtherPrograms } from './other-programs.tsx';
import { PassThrough } from './pass-through.tsx';
import { groupSettings } from './setting-groups.ts';
import { SettingRow } from './setting-row.tsx';
import { groupLabel } from './setting-words.ts';
import { useSettings } from './use-settings.ts';

const useStyles = makeStyles({
  heading: {
    margin: `0 0 ${tokens.spacingVerticalS}`,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    scrollMarginTop: tokens.spacingVerticalXXL,
    // It has the focus by script, never by Tab.
    outlineStyle: 'none',
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
      <Group title={groupLabel(say, 'agent')} part="agent">
        <AgentSection />
        <div className={styles.divided}>
          <SettingRows settings={settings} onChanged={onChanged} />
        </div>
        <PassThrough />
        <div className={styles.divided}>
          <KeyPolicies settings={settings} />
        </div>
      </Group>
      <Group title={say('settings.programs-title')} part="programs">
        <OtherPrograms />
      </Group>
      <Group title={say('settings.activity-title')} part="activity">
        <AgentActivity />
      </Group>
    </>
  );
}

function SettingRows({ settings, onChanged }: SettingRowsProps) {
  return settings.map((setting) => <SettingRow key={setting.key} setting={setting} onChanged={onChanged} />);
}

interface GroupProps {
  readonly title: string;
  /** By which the tray, a notification or another screen leads here. */
  readonly part?: Place['part'];
  readonly children: ReactNode;
}

function Group({ title, part, children }: GroupProps) {
  const styles = useStyles();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const { place } = useNavigation();
  useEffect(() => {
    if (part === undefined || place.part !== part) return;
    heading.current?.scrollIntoView({ block: 'start' });
    heading.current?.focus({ preventScroll: true });
  }, [part, place]);
  return (
    <section aria-labelledby={id}>
      <h2 className={styles.heading} id={id} ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <div className={styles.card}>{children}</div>
    </section>
  );
}
