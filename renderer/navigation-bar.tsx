/** The screens by name: at the side with words beside the pictures, below them where the window is narrow. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  AlertFilled,
  AlertRegular,
  bundleIcon,
  KeyMultipleFilled,
  KeyMultipleRegular,
  ServerFilled,
  ServerRegular,
  SettingsFilled,
  SettingsRegular,
  ShieldCheckmarkFilled,
  ShieldCheckmarkRegular,
  UsbStickFilled,
  UsbStickRegular,
  WindowConsoleFilled,
  WindowConsoleRegular,
} from '@fluentui/react-icons';
import { ItemList } from './design/item-list.tsx';
import { type ScreenName, useNavigation } from './navigation.tsx';
import { useTexts } from './texts.tsx';

const ITEMS = [
  { screen: 'readiness', text: 'frame.readiness', Icon: bundleIcon(ShieldCheckmarkFilled, ShieldCheckmarkRegular) },
  { screen: 'enroll', text: 'frame.enroll', Icon: bundleIcon(KeyMultipleFilled, KeyMultipleRegular) },
  { screen: 'security-keys', text: 'frame.security-keys', Icon: bundleIcon(UsbStickFilled, UsbStickRegular) },
  { screen: 'devices', text: 'frame.devices', Icon: bundleIcon(ServerFilled, ServerRegular) },
  { screen: 'sessions', text: 'frame.sessions', Icon: bundleIcon(WindowConsoleFilled, WindowConsoleRegular) },
  { screen: 'reminders', text: 'frame.reminders', Icon: bundleIcon(AlertFilled, AlertRegular) },
  { screen: 'settings', text: 'frame.settings', Icon: bundleIcon(SettingsFilled, SettingsRegular) },
] as const satisfies readonly { readonly screen: ScreenName; readonly text: string; readonly Icon: unknown }[];

const NARROW = '@media (max-width: 820px)';

const useStyles = makeStyles({
  bar: {
    flexShrink: 0,
    width: '200px',
    overflowY: 'auto',
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalS}`,
    boxSizing: 'border-box',
    [NARROW]: { width: '84px', padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalXS}` },
  },
  item: {
    position: 'relative',
    boxSizing: 'border-box',
    width: '100%',
    minHeight: '40px',
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalM}`,
    border: 'none',
    borderRadius: tokens.borderRadiusMedium,
    background: 'none',
    color: tokens.colorNeutralForeground2,
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    textAlign: 'start',
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover, color: tokens.colorNeutralForeground2Hover },
    ':active': { backgroundColor: tokens.colorSubtleBackgroundPressed },
    ':focus-visible': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-2px',
    },
    [NARROW]: {
      flexDirection: 'column',
      gap: tokens.spacingVerticalXXS,
      padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalXXS}`,
      fontSize: tokens.fontSizeBase200,
      lineHeight: tokens.lineHeightBase200,
      textAlign: 'center',
    },
  },
  current: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    backgroundColor: tokens.colorSubtleBackgroundSelected,
    '::before': {
      content: '""',
      position: 'absolute',
      insetInlineStart: 0,
      top: '10px',
      bottom: '10px',
      width: '3px',
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorCompoundBrandStroke,
      '@media (forced-colors: active)': { backgroundColor: 'Highlight' },
    },
  },
  icon: { fontSize: '20px', display: 'flex', flexShrink: 0 },
  currentIcon: { color: tokens.colorCompoundBrandForeground1 },
});

export function NavigationBar() {
  const styles = useStyles();
  const { say } = useTexts();
  const { place, go } = useNavigation();
  return (
    <nav className={styles.bar} aria-label={say('frame.navigation')}>
      <ItemList gap="XS">
        {ITEMS.map(({ screen, text, Icon }) => {
          const current = place.screen === screen;
          return (
            <li key={screen}>
              <button
                type="button"
                className={mergeClasses(styles.item, current && styles.current)}
                aria-current={current ? 'page' : undefined}
                onClick={() => go({ screen })}
              >
                <span className={mergeClasses(styles.icon, current && styles.currentIcon)}>
                  <Icon filled={current} />
                </span>
                {say(text)}
              </button>
            </li>
          );
        })}
      </ItemList>
    </nav>
  );
}
