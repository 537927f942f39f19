/** The one primary button of the home screen, and what else is near at hand. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { Readiness } from '../../../main/ipc/contract.ts';
import { CopyButton } from '../../design/copy-button.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { useConnect, useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useEnrollmentRun } from '../enroll/enrollment-run.tsx';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  error: { marginTop: tokens.spacingVerticalL },
});

export function NextAction({ next }: Pick<Readiness, 'next'>) {
  const styles = useStyles();
  return <div className={styles.actions}>{<Action next={next} />}</div>;
}

function Action({ next }: Pick<Readiness, 'next'>) {
  const { say } = useTexts();
  const { go } = useNavigation();
  const run = useEnrollmentRun();
  switch (next.action) {
    case 'enroll':
      return (
        <>
          <Primary label={say('readiness.enroll')} onClick={() => go({ screen: 'enroll' })} />
          <Button size="large" onClick={() => go({ screen: 'security-keys', flow: 'recover' })}>
            {say('readiness.recover')}
          </Button>
        </>
      );
    case 'finish-enrollment':
      return <Primary label={say('readiness.finish-enrollment')} onClick={() => go({ screen: 'enroll' })} />;
    case 'publish': {
      const publish = () => {
        run.publish();
        go({ screen: 'enroll' });
      };
      return <Primary label={say('readiness.publish')} onClick={publish} />;
    }
    case 'wait':
      return (
        <Button size="large" onClick={() => go({ screen: 'devices' })}>
          {say('readiness.try-login')}
        </Button>
      );
    case 'connect':
      return next.target === undefined ? (
        <Primary label={say('readiness.add-device')} onClick={() => go({ screen: 'devices' })} />
      ) : (
        <Connect target={next.target} />
      );
    case 'restore-files':
      return (
        <>
          <Primary label={say('readiness.enroll-again')} onClick={() => go({ screen: 'enroll' })} />
          {next.keyFile !== '' && <CopyButton text={next.keyFile} label={say('readiness.copy-path')} size="large" />}
        </>
      );
    default:
      return next satisfies never;
  }
}

function Primary({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <Button appearance="primary" size="large" onClick={onClick}>
      {label}
    </Button>
  );
}

function Connect({ target }: { readonly target: string }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const connect = useConnect();
  const [state, setState] = useState<{ busy: boolean; error?: unknown }>({ busy: false });
  const begin = async () => {
    setState({ busy: true });
    try {
      await connect(target);
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <>
      <Button appearance="primary" size="large" disabledFocusable={state.busy} onClick={begin}>
        {say('readiness.connect', { target })}
      </Button>
      <Button size="large" onClick={() => go({ screen: 'devices' })}>
        {say('readiness.choose-device')}
      </Button>
      {state.error !== undefined && (
        <div className={styles.error}>
          <ErrorNotice error={state.error} />
        </div>
      )}
    </>
  );
}
