/** What hardly anybody changes, folded away. */
import { Button, Checkbox, Field, makeStyles, Radio, RadioGroup, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { useId, useState } from 'react';
import { useTexts } from '../../texts.tsx';
import type { EnrollInput } from './enrollment-run.tsx';

export type EnrollOptions = Pick<EnrollInput, 'algorithm' | 'publish'>;

const useStyles = makeStyles({
  toggle: { alignSelf: 'flex-start', marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})` },
  options: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    marginTop: tokens.spacingVerticalM,
    paddingInlineStart: tokens.spacingHorizontalL,
    borderLeft: `2px solid ${tokens.colorNeutralStroke2}`,
    '& label': { color: tokens.colorNeutralForeground1 },
  },
  file: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
});

export interface MoreOptionsProps {
  readonly options: EnrollOptions;
  readonly onChange: (options: EnrollOptions) => void;
  readonly keyFile: string;
  /** Undefined: it is not for the profile. */
  readonly canPublish: boolean | undefined;
}

export function MoreOptions({ options, onChange, keyFile, canPublish }: MoreOptionsProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  return (
    <div>
      <Button
        className={styles.toggle}
        appearance="subtle"
        icon={isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
      >
        {say('enroll.more')}
      </Button>
      <div id={id} className={styles.options} hidden={!isOpen} style={isOpen ? undefined : { display: 'none' }}>
        {canPublish !== undefined && (
          <Checkbox
            checked={options.publish && canPublish}
            disabled={!canPublish}
            onChange={(_, { checked }) => onChange({ ...options, publish: checked === true })}
            label={say('enroll.publish')}
          />
        )}
        <Field label={say('enroll.algorithm')}>
          <RadioGroup
            value={options.algorithm}
            onChange={(_, { value }) =>
              onChange({ ...options, algorithm: value === 'ecdsa-sk' ? 'ecdsa-sk' : 'ed25519-sk' })
            }
          >
            <Radio value="ed25519-sk" label={say('enroll.algorithm-ed25519')} />
            <Radio value="ecdsa-sk" label={say('enroll.algorithm-ecdsa')} />
          </RadioGroup>
        </Field>
        <Field label={say('enroll.key-file')} hint={say('enroll.key-file-hint')}>
          <span className={styles.file}>{keyFile}</span>
        </Field>
      </div>
    </div>
  );
}
