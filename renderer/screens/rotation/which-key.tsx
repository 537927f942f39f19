/** Which of several security keys is meant, after a step could not tell. */
import { Field, makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';

const useStyles = makeStyles({
  // Its own margin would set it in from the question above.
  choice: { marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})` },
  label: { display: 'flex', flexDirection: 'column', color: tokens.colorNeutralForeground1 },
  labelDetail: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

export interface WhichKeyProps {
  /** Its `path`. */
  readonly chosen: string | undefined;
  readonly onChoose: (path: string) => void;
}

export function WhichKey({ chosen, onChoose }: WhichKeyProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { value } = useFresh('keys.list', ['keys.changed']);
  if (value === undefined || value.keys.length < 2) return null;
  return (
    <Field label={say('rotation.which-key')}>
      <RadioGroup value={chosen ?? ''} onChange={(_, data) => onChoose(data.value)}>
        {value.keys.map(({ path, product, firmware }) => (
          <Radio
            key={path}
            className={styles.choice}
            value={path}
            label={
              <span className={styles.label}>
                {product}
                <span className={styles.labelDetail}>
                  {[...(firmware === undefined ? [] : [say('enroll.firmware', { version: firmware })]), path].join(
                    ' · ',
                  )}
                </span>
              </span>
            }
          />
        ))}
      </RadioGroup>
    </Field>
  );
}
