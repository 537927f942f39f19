/** The keys that are plugged in, drawn: none, the one, or a choice. What a key without a PIN will ask for is said before. */
import { makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import { useEffect, useRef } from 'react';
import { useAnnounce } from '../../design/announcement.tsx';
import { Notice } from '../../design/error-notice.tsx';
import { KeyStage } from '../../design/key-stage.tsx';
import { useTexts } from '../../texts.tsx';
import { hasFewTries, type PluggedInKey } from './chosen-key.ts';

const useStyles = makeStyles({
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: { margin: `${tokens.spacingVerticalXS} 0 0`, color: tokens.colorNeutralForeground2 },
  product: { margin: `${tokens.spacingVerticalXS} 0 0`, fontSize: tokens.fontSizeBase400 },
  // Its own margin would set it in from the words above.
  choice: { marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})` },
  label: { display: 'flex', flexDirection: 'column', color: tokens.colorNeutralForeground1 },
  labelDetail: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  rules: {
    margin: 0,
    paddingInlineStart: tokens.spacingHorizontalXL,
    lineHeight: tokens.lineHeightBase400,
    color: tokens.colorNeutralForeground2,
  },
  rulesTitle: { margin: `0 0 ${tokens.spacingVerticalXS}`, fontSize: tokens.fontSizeBase300 },
});

export interface KeyChoiceProps {
  readonly keys: readonly PluggedInKey[];
  readonly chosen: PluggedInKey | undefined;
  readonly onChoose: (path: string) => void;
}

export function KeyChoice({ keys, chosen, onChoose }: KeyChoiceProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const title = say(titleOf(keys));
  useNoticed(keys, title);
  return (
    <>
      <KeyStage drawing={keys.length === 0 ? 'absent' : 'present'} labelledBy="key-choice-title">
        <h2 className={styles.title} id="key-choice-title">
          {title}
        </h2>
        {keys.length === 0 && <p className={styles.text}>{say('enroll.none-text')}</p>}
        {keys.length === 1 && chosen !== undefined && <OneKey pluggedIn={chosen} />}
        {keys.length > 1 && (
          <>
            <p className={styles.text}>{say('enroll.several-text')}</p>
            <RadioGroup
              aria-labelledby="key-choice-title"
              value={chosen?.path ?? ''}
              onChange={(_, { value }) => onChoose(value)}
            >
              {keys.map((key) => (
                <Radio key={key.path} className={styles.choice} value={key.path} label={<KeyLabel pluggedIn={key} />} />
              ))}
            </RadioGroup>
          </>
        )}
      </KeyStage>
      {chosen !== undefined && <Forewarning pluggedIn={chosen} />}
    </>
  );
}

/** In place of the choice where Windows finds the key: what is plugged in is not seen, and no PIN is typed into Glasskey. */
export function KeyThroughWindows() {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <KeyStage drawing="present" labelledBy="key-choice-title">
      <h2 className={styles.title} id="key-choice-title">
        {say('enroll.through-windows')}
      </h2>
      <p className={styles.text}>{say('enroll.through-windows-text')}</p>
    </KeyStage>
  );
}

function titleOf(keys: readonly PluggedInKey[]) {
  if (keys.length > 1) return 'enroll.several';
  const [only] = keys;
  if (only === undefined) return 'enroll.none';
  return only.problem === undefined ? 'enroll.one' : 'enroll.one-problem';
}

/** A key that comes or goes is read out: nothing was pressed for it. */
function useNoticed(keys: readonly PluggedInKey[], title: string): void {
  const announce = useAnnounce();
  const products = keys.map(({ product }) => product).join(', ');
  const before = useRef(products);
  useEffect(() => {
    if (before.current === products) return;
    before.current = products;
    announce(products === '' ? title : `${title}: ${products}`);
  }, [announce, products, title]);
}

function OneKey({ pluggedIn }: { readonly pluggedIn: PluggedInKey }) {
  const styles = useStyles();
  return (
    <>
      <p className={styles.product}>{pluggedIn.product}</p>
      <p className={styles.text}>
        <KeyDetail pluggedIn={pluggedIn} />
      </p>
    </>
  );
}

function KeyLabel({ pluggedIn }: { readonly pluggedIn: PluggedInKey }) {
  const styles = useStyles();
  return (
    <span className={styles.label}>
      {pluggedIn.product}
      <span className={styles.labelDetail}>
        <KeyDetail pluggedIn={pluggedIn} withPath />
      </span>
    </span>
  );
}

function KeyDetail({ pluggedIn, withPath = false }: { readonly pluggedIn: PluggedInKey; readonly withPath?: boolean }) {
  const { say } = useTexts();
  const { firmware, pinSet, pinTriesLeft, path } = pluggedIn;
  const pin =
    pinSet === undefined
      ? []
      : !pinSet
        ? [say('enroll.pin-not-set')]
        : [pinTriesLeft === undefined ? say('enroll.pin-is-set') : say('enroll.pin-tries', { tries: pinTriesLeft })];
  const parts = [
    ...(firmware === undefined ? [] : [say('enroll.firmware', { version: firmware })]),
    ...pin,
    ...(withPath ? [path] : []),
  ];
  return parts.join(' · ');
}

/** What there is to know of this key before it is begun. */
function Forewarning({ pluggedIn }: { readonly pluggedIn: PluggedInKey }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { problem, pinSet, pinTriesLeft } = pluggedIn;
  if (problem !== undefined) return <Notice kind="error" sentence={problem} />;
  if (pinSet === false) {
    return (
      <section>
        <h3 className={styles.rulesTitle}>{say('enroll.pin-rules-title')}</h3>
        <ul className={styles.rules}>
          <li>{say('enroll.pin-rule-length')}</li>
          <li>{say('enroll.pin-rule-simple')}</li>
          <li>{say('enroll.pin-rule-tries')}</li>
          <li>{say('enroll.pin-rule-keep')}</li>
        </ul>
      </section>
    );
  }
  if (pinSet === true && hasFewTries(pluggedIn)) {
    return (
      <Notice
        kind="warning"
        sentence={say('enroll.pin-few-title', { tries: pinTriesLeft ?? 0 })}
        remedy={say('enroll.pin-few-text')}
      />
    );
  }
  return null;
}
