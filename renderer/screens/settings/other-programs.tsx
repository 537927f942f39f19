/** How other programs use the key: by the names of the devices, once ssh's configuration has one line more; and by the agent's address. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { type ReactNode, useId, useState } from 'react';
import type { SshConfigView } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { CopyLine } from './copy-line.tsx';
import { SshConfigEntries } from './ssh-config-entries.tsx';
import { useAgent } from './use-agent.ts';

const BADGES = { installed: 'good', half: 'todo', absent: 'unknown' } as const;
const FEW = 5;

const useStyles = makeStyles({
  part: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    ':not(:first-child)': { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  title: { margin: 0, flexGrow: 1, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  text: { margin: 0, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  line: {
    margin: 0,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  list: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL, overflowWrap: 'anywhere' },
  name: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  small: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

export function OtherPrograms() {
  const { say } = useTexts();
  const { value, error, again } = useFresh('ssh-config.get', [
    'ssh-config.changed',
    'targets.changed',
    'settings.changed',
    'readiness.changed',
  ]);
  return (
    <>
      {error !== undefined && (
        <ErrorNotice error={error} action={<Button onClick={again}>{say('settings.retry')}</Button>} />
      )}
      {value !== undefined && <ByName config={value} />}
      <ByAddress config={value} />
    </>
  );
}

function ByName({ config }: { readonly config: SshConfigView }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const { change, isBusy, error, keptAs } = useChange();
  const [showsEntries, setShowsEntries] = useState(false);
  const { state, configFile, isIncluded, line, hosts, hostCount, remarks } = config;
  const isInstalled = state === 'installed';
  return (
    <Part
      title={say('settings.programs-by-name')}
      badge={<StateBadge state={BADGES[state]}>{say(`settings.programs-${state}`)}</StateBadge>}
    >
      <p className={styles.text}>{say('settings.programs-explained')}</p>
      {isInstalled ? (
        <Names hosts={hosts} count={hostCount} />
      ) : (
        <>
          <p className={styles.text}>{say('settings.programs-line', { file: configFile })}</p>
          <p className={styles.line}>{line}</p>
          <p className={styles.text}>{say('settings.programs-kept')}</p>
        </>
      )}
      {error !== undefined && <ErrorNotice error={error} />}
      {keptAs !== undefined && <p className={styles.text}>{say('settings.programs-kept-as', { file: keptAs })}</p>}
      <div className={styles.actions}>
        {!isInstalled &&
          (hostCount === 0 ? (
            <Button onClick={() => go({ screen: 'devices' })}>{say('settings.programs-no-device')}</Button>
          ) : (
            <Button appearance="primary" disabled={isBusy} onClick={() => change('ssh-config.install')}>
              {say(isIncluded ? 'settings.programs-write' : 'settings.programs-add')}
            </Button>
          ))}
        <Button aria-expanded={showsEntries} onClick={() => setShowsEntries((shown) => !shown)}>
          {say(showsEntries ? 'settings.programs-hide' : 'settings.programs-show')}
        </Button>
        {state !== 'absent' && (
          <Button disabled={isBusy} onClick={() => change('ssh-config.remove')}>
            {say('settings.programs-remove')}
          </Button>
        )}
      </div>
      {showsEntries && (
        <>
          <SshConfigEntries of={config} />
          {remarks.length > 0 && (
            <ul className={styles.list}>
              {remarks.map((remark) => (
                <li key={remark} className={styles.small}>
                  {remark}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Part>
  );
}

/** The prompt asks before anything is written. */
function useChange() {
  const { say } = useTexts();
  const announce = useAnnounce();
  const [isBusy, setIsBusy] = useState(false);
  const [outcome, setOutcome] = useState<{ readonly error?: unknown; readonly keptAs?: string | undefined }>({});
  const change = async (name: 'ssh-config.install' | 'ssh-config.remove') => {
    setIsBusy(true);
    setOutcome({});
    try {
      const answer = await call(name, {});
      setOutcome({ keptAs: 'keptAs' in answer ? answer.keptAs : undefined });
      announce(say(`settings.programs-${answer.config.state}`));
    } catch (error) {
      // Whoever said no knows it.
      if (!(error instanceof CallError && error.kind === 'cancelled')) setOutcome({ error });
    }
    setIsBusy(false);
  };
  return { change, isBusy, ...outcome };
}

/** What can be typed after `ssh` now; all of them are on Devices. */
function Names({ hosts, count }: { readonly hosts: SshConfigView['hosts']; readonly count: number }) {
  const styles = useStyles();
  const { say } = useTexts();
  const shown = hosts.slice(0, FEW);
  return (
    <ul className={styles.list}>
      {shown.map(({ alias, device, kind }) => (
        <li key={alias}>
          <code className={styles.name}>{say('settings.programs-ssh', { alias })}</code>{' '}
          <span className={styles.small}>
            {kind === 'password' ? say('settings.programs-last-resort', { device }) : device}
          </span>
        </li>
      ))}
      {count > shown.length && (
        <li className={styles.small}>{say('settings.programs-more', { count: count - shown.length })}</li>
      )}
    </ul>
  );
}

/** For programs that are told where the agent is; `ssh-add -l` shows whether it works. */
function ByAddress({ config }: { readonly config: SshConfigView | undefined }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { agent } = useAgent();
  if (agent?.socketPath === undefined) return null;
  const { socketPath, shellLine } = agent;
  return (
    <Part title={say('settings.programs-by-address')}>
      <p className={styles.text}>{say('settings.programs-by-address-explained')}</p>
      <CopyLine term={say('settings.agent-socket')} text={socketPath} label={say('settings.copy-socket')} />
      {shellLine !== undefined && (
        <CopyLine term={say('settings.agent-shell-line')} text={shellLine} label={say('settings.copy-shell-line')} />
      )}
      <CopyLine
        term={say('settings.programs-try')}
        text={say('settings.programs-try-line')}
        label={say('settings.programs-copy-try')}
      />
      {config !== undefined && (
        <CopyLine
          term={say('settings.programs-identity-agent')}
          text={config.identityAgentLine}
          label={say('settings.programs-copy-identity-agent')}
        />
      )}
      {config?.gitCommands !== undefined && (
        <CopyLine
          term={say('settings.programs-git')}
          text={config.gitCommands}
          label={say('settings.programs-copy-git')}
        />
      )}
    </Part>
  );
}

interface PartProps {
  readonly title: string;
  readonly badge?: ReactNode;
  readonly children: ReactNode;
}

function Part({ title, badge, children }: PartProps) {
  const styles = useStyles();
  const id = useId();
  return (
    <section className={styles.part} aria-labelledby={id}>
      <div className={styles.head}>
        <h3 className={styles.title} id={id}>
          {title}
        </h3>
        {badge}
      </div>
      {children}
    </section>
  );
}
