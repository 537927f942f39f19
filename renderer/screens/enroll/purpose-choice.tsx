/** What the new key is for, where one is on the profile already: to take its place, or to be there when it is lost. */
import { Field, makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import { useTexts } from '../../texts.tsx';

export type Purpose = 'login' | 'backup';

const PURPOSES: readonly Purpose[] = ['login', 'backup'];

const useStyles = makeStyles({
  choice: {
    // Its own margin would set it in from the question above.
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})`,
  },
  label: { display: 'flex', flexDirection: 'column', color: tokens.colorNeutralForeground1 },
  labelDetail: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

export interface PurposeChoiceProps {
  readonly purpose: Purpose;
  readonly onChoose: (purpose: Purpose) => void;
}

export function PurposeChoice({ purpose, onChoose }: PurposeChoiceProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <Field label={say('enroll.purpose')}>
      <RadioGroup value={purpose} onChange={(_, { value }) => onChoose(value === 'backup' ? 'backup' : 'login')}>
        {PURPOSES.map((one) => (
          <Radio
            key={one}
            className={styles.choice}
            value={one}
            label={
              <span className={styles.label}>
                {say(`enroll.purpose-${one}`)}
                <span className={styles.labelDetail}>{say(`enroll.purpose-${one}-text`)}</span>
              </span>
            }
          />
        ))}
      </RadioGroup>
    </Field>
  );
}
