/** The guided recovery: which security key, the PIN, what was found and which of it the profile holds, what has come. */
import { Button, Checkbox, Field, makeStyles, Radio, RadioGroup, Spinner, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { EnrollOutlook } from '../../../main/ipc/contract.ts';
import { EmptyState } from '../../design/empty-state.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { KeyDrawing } from '../../design/key-drawing.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { type LongCall, useLongCall } from '../../use-long-call.ts';
import { KeyWayNotice } from '../readiness/key-way-notice.tsx';
import { RecoveryChoice } from './recovery-choice.tsx';
import { RecoveryDone } from './recovery-done.tsx';
import { RecoveryThroughWindows } from './recovery-through-windows.tsx';
import { RecoveryUnderWay } from './recovery-under-way.tsx';

const useStyles = makeStyles({
  choices: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXL },
  one: { margin: 0, overflowWrap: 'anywhere' },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  // Its own margin and grey would make it less than the words that it stands below.
  // Below the words of the box, not below the box.
  hint: { paddingInlineStart: '28px' },
  look: {
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})`,
    '& label': { color: tokens.colorNeutralForeground1 },
  },
});

/** `path`: of the security key from whose page it was opened. */
export function RecoveryFlow({ path }: { readonly path: string | undefined }) {
  const { say } = useTexts();
  const recovery = useLongCall<'recovery.run'>();
  const { state, cancel } = recovery;
  const choice = state.phase === 'running' ? state.steps.at(-1) : undefined;
  return (
    <ScreenBody>
      <PageHeader
        title={say('recovery.title')}
        {...(state.phase === 'running' || state.phase === 'done' ? {} : { lead: say('recovery.lead') })}
      />
      {state.phase === 'failed' && <ErrorNotice error={state.error} />}
      {state.phase === 'stopped' && <Notice kind="info" sentence={say('recovery.stopped')} />}
      {state.phase !== 'running' && state.phase !== 'done' && <Before path={path} recovery={recovery} />}
      {state.phase === 'running' &&
        (choice?.kind === 'choice-wanted' && !state.isStopping ? (
          <RecoveryChoice keys={choice.keys} onCancel={cancel} />
        ) : (
          <RecoveryUnderWay steps={state.steps} isStopping={state.isStopping} onCancel={cancel} />
        ))}
      {state.phase === 'done' && <RecoveryDone report={state.output} steps={state.steps} />}
    </ScreenBody>
  );
}

interface BeforeProps {
  readonly path: string | undefined;
  readonly recovery: LongCall<'recovery.run'>;
}

function Before({ path, recovery }: BeforeProps) {
  const { say } = useTexts();
  const { value, error, again } = useFresh('enroll.look', ['readiness.changed', 'settings.changed']);
  if (error !== undefined) {
    return <ErrorNotice error={error} action={<Button onClick={again}>{say('frame.try-again')}</Button>} />;
  }
  if (value === undefined) return <Spinner label={say('enroll.looking')} />;
  const { keyWay } = value;
  if (keyWay?.way === 'windows') return <RecoveryThroughWindows keyWay={keyWay} onLookAgain={again} />;
  return <Choices outlook={value} path={path} recovery={recovery} />;
}

function Choices({ outlook, path, recovery }: BeforeProps & { readonly outlook: EnrollOutlook }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const { pluggedIn, keyWay, publishObstacle } = outlook;
  const [chosen, setChosen] = useState(path);
  const [looks, setLooks] = useState(true);
  const canLook = publishObstacle === undefined;
  const key = pluggedIn.find((one) => one.path === chosen) ?? (pluggedIn.length === 1 ? pluggedIn[0] : undefined);
  if (keyWay?.obstacle !== undefined) return <KeyWayNotice way={keyWay} />;
  if (pluggedIn.length === 0) {
    return (
      <EmptyState
        picture={<KeyDrawing state="absent" />}
        title={say('recovery.none')}
        text={say('recovery.none-text')}
        action={<Button onClick={() => go({ screen: 'security-keys', key: path })}>{say('recovery.back')}</Button>}
      />
    );
  }
  return (
    <div className={styles.choices}>
      {pluggedIn.length === 1 && key !== undefined ? (
        <p className={styles.one}>{say('recovery.one', { product: key.product, path: key.path })}</p>
      ) : (
        <Field label={say('recovery.which')}>
          <RadioGroup value={key?.path ?? ''} onChange={(_, { value }) => setChosen(value)}>
            {pluggedIn.map((one) => (
              <Radio key={one.path} value={one.path} label={`${one.product} (${one.path})`} />
            ))}
          </RadioGroup>
        </Field>
      )}
      {canLook ? (
        <Field hint={{ children: say('recovery.look-hint'), className: styles.hint }}>
          <Checkbox
            className={styles.look}
            checked={looks}
            onChange={(_, { checked }) => setLooks(checked === true)}
            label={say('recovery.look')}
          />
        </Field>
      ) : (
        <Notice
          kind="info"
          sentence={say('recovery.look-impossible')}
          remedy={`${publishObstacle.message} ${publishObstacle.remedy}`}
          code={publishObstacle.code}
        />
      )}
      <div className={styles.actions}>
        <Button
          appearance="primary"
          size="large"
          disabledFocusable={key === undefined}
          onClick={() => {
            if (key === undefined) return;
            void recovery.run('recovery.run', { key: key.path, looksAtProfile: looks && canLook });
          }}
        >
          {say(recovery.state.phase === 'none' ? 'recovery.start' : 'recovery.again')}
        </Button>
        <Button size="large" onClick={() => go({ screen: 'security-keys', key: path })}>
          {say('recovery.back')}
        </Button>
      </div>
    </div>
  );
}
