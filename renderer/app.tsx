/** The frame: navigation at the side, one screen beside it. Each screen is loaded when it is first wanted. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { lazy, Suspense } from 'react';
import { AnnouncementProvider } from './design/announcement.tsx';
import { ScreenBoundary } from './design/screen-boundary.tsx';
import { NavigationProvider, type ScreenName, useNavigation } from './navigation.tsx';
import { NavigationBar } from './navigation-bar.tsx';
import { EnrollmentRunProvider } from './screens/enroll/enrollment-run.tsx';
import { ReadinessScreen } from './screens/readiness/readiness-screen.tsx';

const EnrollScreen = lazy(() =>
  import('./screens/enroll/enroll-screen.tsx').then(({ EnrollScreen }) => ({ default: EnrollScreen })),
);
const SecurityKeysScreen = lazy(() =>
  import('./screens/security-keys/security-keys-screen.tsx').then(({ SecurityKeysScreen }) => ({
    default: SecurityKeysScreen,
  })),
);
const DevicesScreen = lazy(() =>
  import('./screens/devices/devices-screen.tsx').then(({ DevicesScreen }) => ({ default: DevicesScreen })),
);
const SessionsScreen = lazy(() =>
  import('./screens/sessions/sessions-screen.tsx').then(({ SessionsScreen }) => ({ default: SessionsScreen })),
);
const RemindersScreen = lazy(() =>
  import('./screens/reminders/reminders-screen.tsx').then(({ RemindersScreen }) => ({ default: RemindersScreen })),
);
const SettingsScreen = lazy(() =>
  import('./screens/settings/settings-screen.tsx').then(({ SettingsScreen }) => ({ default: SettingsScreen })),
);

const SCREENS = {
  readiness: ReadinessScreen,
  enroll: EnrollScreen,
  'security-keys': SecurityKeysScreen,
  devices: DevicesScreen,
  sessions: SessionsScreen,
  reminders: RemindersScreen,
  settings: SettingsScreen,
} as const satisfies Record<ScreenName, unknown>;

const useStyles = makeStyles({
  frame: {
    display: 'flex',
    height: '100vh',
    overflow: 'hidden',
    backgroundColor: tokens.colorNeutralBackground2,
    color: tokens.colorNeutralForeground1,
  },
  screen: {
    flexGrow: 1,
    minWidth: 0,
    overflow: 'auto',
    display: 'flex',
    flexDirection: 'column',
    backgroundColor: tokens.colorNeutralBackground1,
    borderTopLeftRadius: tokens.borderRadiusXLarge,
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

export function App() {
  return (
    <AnnouncementProvider>
      <NavigationProvider>
        <EnrollmentRunProvider>
          <Frame />
        </EnrollmentRunProvider>
      </NavigationProvider>
    </AnnouncementProvider>
  );
}

function Frame() {
  const styles = useStyles();
  const { place } = useNavigation();
  const Screen = SCREENS[place.screen];
  return (
    <div className={styles.frame}>
      <NavigationBar />
      <main className={styles.screen} id="screen">
        <ScreenBoundary key={place.screen}>
          <Suspense fallback={null}>
            <Screen />
          </Suspense>
        </ScreenBoundary>
      </main>
    </div>
  );
}
