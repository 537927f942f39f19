/** Home: would a login work now, by which way, and the one thing to do next. To be read by somebody at 3 a.m. */
import { Button, Skeleton, SkeletonItem } from '@fluentui/react-components';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { ChainPicture } from './chain-picture.tsx';
import { DueReminders } from './due-reminders.tsx';
import { EnrolledKeys } from './enrolled-keys.tsx';
import { KeyWayNotice } from './key-way-notice.tsx';
import { VerdictCard } from './verdict-card.tsx';

export function ReadinessScreen() {
  const { say } = useTexts();
  const { go } = useNavigation();
  const { value, error, again } = useFresh('readiness.get', [
    'readiness.changed',
    'targets.changed',
    'settings.changed',
  ]);
  if (value === undefined && error === undefined) {
    return (
      <ScreenBody>
        <Skeleton aria-label={say('readiness.loading')}>
          <SkeletonItem size={64} />
        </Skeleton>
      </ScreenBody>
    );
  }
  return (
    <ScreenBody>
      {value === undefined && <PageHeader title={say('readiness.title')} />}
      {error !== undefined && (
        <ErrorNotice error={error} action={<Button onClick={again}>{say('frame.try-again')}</Button>} />
      )}
      {value !== undefined && (
        <>
          <VerdictCard readiness={value} onStale={again} />
          {value.rotation !== undefined && (
            <Notice
              kind="info"
              sentence={say('readiness.rotating')}
              remedy={say(`readiness.rotating-${value.rotation.stage}`)}
              action={
                <Button onClick={() => go({ screen: 'security-keys', flow: 'rotate' })}>
                  {say('readiness.rotating-open')}
                </Button>
              }
            />
          )}
          <DueReminders />
          {value.keyWay !== undefined && <KeyWayNotice way={value.keyWay} />}
          <ChainPicture chain={value.chain} now={value.now} />
          {value.enrollments.length > 0 && <EnrolledKeys enrollments={value.enrollments} next={value.next} />}
        </>
      )}
    </ScreenBody>
  );
}
