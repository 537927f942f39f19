/** Before it begins: which key is plugged in, what it will ask for, what may be chosen. */
import { Button, Checkbox, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { EnrollOutlook } from '../../../main/ipc/contract.ts';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { KeyWayNotice } from '../readiness/key-way-notice.tsx';
import { chosenKey } from './chosen-key.ts';
import { type RunState, useEnrollmentRun } from './enrollment-run.tsx';
import { KeyChoice, KeyThroughWindows } from './key-choice.tsx';
import { type EnrollOptions, MoreOptions } from './more-options.tsx';
import { type Purpose, PurposeChoice } from './purpose-choice.tsx';

const useStyles = makeStyles({
  choices: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXL },
  // Its own margin and grey would make it less than the words that it stands below.
  consent: {
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})`,
    '& label': { color: tokens.colorNeutralForeground1 },
  },
  start: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  missing: { color: tokens.colorNeutralForeground2 },
});

export function EnrollChoices() {
  const { say } = useTexts();
  const { value, error, again } = useFresh('enroll.look', ['readiness.changed', 'settings.changed']);
  if (value !== undefined && error === undefined) return <Choices outlook={value} />;
  if (error !== undefined) {
    return <ErrorNotice error={error} action={<Button onClick={again}>{say('frame.try-again')}</Button>} />;
  }
  return <Spinner label={say('enroll.looking')} />;
}

function Choices({ outlook }: { readonly outlook: EnrollOutlook }) {
  const styles = useStyles();
  const { say } = useTexts();
  const run = useEnrollmentRun();
  const [path, setPath] = useState<string>();
  const { place } = useNavigation();
  const [purpose, setPurpose] = useState(
    place.backup === true && outlook.backup !== undefined ? 'backup' : firstPurpose(outlook, run.state),
  );
  /** The key file that may be replaced. */
  const [replaceable, setReplaceable] = useState<string>();
  const [options, setOptions] = useState<EnrollOptions>({ algorithm: 'ed25519-sk', publish: true });
  const { pluggedIn, keyWay, publishObstacle, enrolled } = outlook;
  const backup = purpose === 'backup' ? outlook.backup : undefined;
  const { unfinished, keyFile, keyFileTaken } = backup ?? outlook;
  const key = chosenKey(pluggedIn, path);
  const throughWindows = keyWay?.way === 'windows';
  const hasKey = throughWindows || key !== undefined;
  // What was begun may need no key any more.
  const canBegin =
    (keyWay?.obstacle === undefined || unfinished !== undefined) && (throughWindows || pluggedIn.length > 0);
  const canPublish = publishObstacle === undefined;
  const mayOverwrite = replaceable === keyFile;
  const start = (fresh: boolean) => {
    if (!hasKey) return;
    run.enroll({
      algorithm: options.algorithm,
      publish: backup === undefined && options.publish && canPublish,
      fresh,
      overwrite: keyFileTaken && mayOverwrite,
      ...(backup === undefined ? {} : { backup: true }),
      ...(key === undefined ? {} : { device: key.path }),
    });
  };
  const isReady = hasKey && key?.problem === undefined && (!keyFileTaken || mayOverwrite);
  const missing = hasKey ? (keyFileTaken && !mayOverwrite ? 'enroll.agree-first' : undefined) : 'enroll.choose-first';
  return (
    <div className={styles.choices}>
      {outlook.backup !== undefined && <PurposeChoice purpose={purpose} onChoose={setPurpose} />}
      <Standing unfinished={unfinished} enrolled={enrolled} backup={backup} />
      {keyWay?.obstacle !== undefined ? (
        <KeyWayNotice way={keyWay} />
      ) : throughWindows ? (
        <KeyThroughWindows />
      ) : (
        <KeyChoice keys={pluggedIn} chosen={key} onChoose={setPath} />
      )}
      {keyFileTaken && (
        <Notice
          kind="warning"
          sentence={say('enroll.file-taken')}
          remedy={keyFile}
          action={
            <Checkbox
              className={styles.consent}
              checked={mayOverwrite}
              onChange={(_, { checked }) => setReplaceable(checked === true ? keyFile : undefined)}
              label={say('enroll.overwrite')}
            />
          }
        />
      )}
      {publishObstacle !== undefined && backup === undefined && (
        <Notice
          kind="warning"
          sentence={say('enroll.cannot-publish')}
          remedy={`${publishObstacle.message} ${publishObstacle.remedy}`}
          code={publishObstacle.code}
        />
      )}
      {canBegin && (
        <>
          <MoreOptions
            options={options}
            onChange={setOptions}
            keyFile={keyFile}
            canPublish={backup === undefined ? canPublish : undefined}
          />
          <div className={styles.start}>
            <Button appearance="primary" size="large" disabledFocusable={!isReady} onClick={() => start(false)}>
              {say(
                unfinished !== undefined
                  ? 'enroll.go-on'
                  : backup
                    ? 'enroll.start-backup'
                    : throughWindows
                      ? 'enroll.start-windows'
                      : 'enroll.start',
              )}
            </Button>
            {unfinished !== undefined && (
              <Button size="large" disabledFocusable={!isReady} onClick={() => start(true)}>
                {say('enroll.fresh')}
              </Button>
            )}
            {missing !== undefined && <span className={styles.missing}>{say(missing)}</span>}
          </div>
        </>
      )}
    </div>
  );
}

/** A backup after a try that failed, and where one was begun and no other key. */
function firstPurpose({ unfinished, backup }: EnrollOutlook, run: RunState): Purpose {
  if (backup === undefined) return 'login';
  const failed = run.phase === 'none' && run.putAway?.kind === 'enroll' ? run.putAway.input : undefined;
  if (failed !== undefined) return failed.backup === true ? 'backup' : 'login';
  return backup.unfinished !== undefined && unfinished === undefined ? 'backup' : 'login';
}

/** What is there already: an enrollment that was begun, or keys that are enrolled. */
function Standing({ unfinished, enrolled, backup }: Pick<EnrollOutlook, 'unfinished' | 'enrolled' | 'backup'>) {
  const { say } = useTexts();
  if (unfinished !== undefined) {
    const { product, createdAt } = unfinished;
    const time = new Date(createdAt);
    const text =
      product === undefined
        ? say('enroll.unfinished-text', { time })
        : say('enroll.unfinished-text-product', { time, product });
    return <Notice kind="info" sentence={say('enroll.unfinished')} remedy={`${text} ${say('enroll.fresh-text')}`} />;
  }
  if (backup !== undefined) {
    return (
      <>
        <Notice kind="info" sentence={say('enroll.backup-title')} remedy={say('enroll.backup-text')} />
        {backup.isPrepared && (
          <Notice
            kind="info"
            sentence={say('enroll.backup-prepared-title')}
            remedy={say('enroll.backup-prepared-text')}
          />
        )}
      </>
    );
  }
  if (enrolled === 0) return null;
  return (
    <Notice
      kind="info"
      sentence={say('enroll.enrolled-title', { count: enrolled })}
      remedy={say('enroll.enrolled-text')}
    />
  );
}
