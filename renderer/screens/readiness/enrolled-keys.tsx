/** The keys that are enrolled on this computer, newest first: what to compare, what to hand on. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { EnrollmentView } from '../../../main/ipc/contract.ts';
import { CopyButton } from '../../design/copy-button.tsx';
import { type Fact, FactList } from '../../design/fact-list.tsx';
import { Randomart } from '../../design/randomart.tsx';
import { SectionTitle } from '../../design/section-title.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { keyState } from './key-state.ts';

const useStyles = makeStyles({
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
  },
  key: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalXL,
    padding: tokens.spacingHorizontalXL,
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  words: {
    flexGrow: 1,
    flexBasis: '340px',
    minWidth: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: tokens.spacingHorizontalL },
  product: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
  copy: { marginTop: tokens.spacingVerticalXS },
});

export function EnrolledKeys({ enrollments }: { readonly enrollments: readonly EnrollmentView[] }) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <section aria-labelledby="keys-title">
      <SectionTitle id="keys-title">{say('readiness.keys')}</SectionTitle>
      <ul className={styles.list}>
        {enrollments.map((enrollment) => (
          <li key={enrollment.id} className={styles.key}>
            <EnrolledKey enrollment={enrollment} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function EnrolledKey({ enrollment }: { readonly enrollment: EnrollmentView }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { product, fingerprint, account, createdAt, keyFile, publicLine, randomart } = enrollment;
  const { text, badge } = keyState(enrollment);
  const isMade = fingerprint !== undefined;
  const facts: readonly Fact[] = [
    ...(fingerprint === undefined ? [] : [{ name: say('readiness.fingerprint'), value: fingerprint, code: true }]),
    ...(account === undefined ? [] : [{ name: say('readiness.account'), value: account }]),
    {
      name: say(isMade ? 'readiness.enrolled-at' : 'readiness.begun-at'),
      value: say('readiness.enrolled-time', { time: new Date(createdAt) }),
    },
    { name: say('readiness.key-file'), value: keyFile, code: true },
  ];
  return (
    <>
      <div className={styles.words}>
        <div className={styles.head}>
          <h3 className={styles.product}>{product ?? say('readiness.key-unnamed')}</h3>
          <StateBadge state={badge}>{say(text)}</StateBadge>
        </div>
        <FactList facts={facts} />
        {publicLine !== undefined && (
          <div className={styles.copy}>
            <CopyButton text={publicLine} label={say('readiness.copy-public-line')} />
          </div>
        )}
      </div>
      {randomart !== undefined && <Randomart art={randomart} label={say('readiness.randomart')} />}
    </>
  );
}
