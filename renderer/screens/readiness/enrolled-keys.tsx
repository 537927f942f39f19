/** The keys that are enrolled on this computer, newest first: what to compare, what to hand on. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import type { EnrolledKeyView, Readiness } from '../../../main/ipc/contract.ts';
import { CopyButton } from '../../design/copy-button.tsx';
import { type Fact, FactList } from '../../design/fact-list.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { Randomart } from '../../design/randomart.tsx';
import { SectionTitle } from '../../design/section-title.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useEnrollmentRun } from '../enroll/enrollment-run.tsx';
import { keyState } from './key-state.ts';

const useStyles = makeStyles({
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
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalM,
    marginTop: tokens.spacingVerticalXS,
  },
  one: { margin: `0 0 ${tokens.spacingVerticalM}`, color: tokens.colorNeutralForeground2 },
});

export interface EnrolledKeysProps {
  readonly enrollments: readonly EnrolledKeyView[];
  /** What the button of the verdict does already. */
  readonly next: Readiness['next'];
}

export function EnrolledKeys({ enrollments, next }: EnrolledKeysProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <section aria-labelledby="keys-title">
      <SectionTitle id="keys-title">{say('readiness.keys')}</SectionTitle>
      {enrollments.length > 1 && <p className={styles.one}>{say('readiness.keys-one-on-profile')}</p>}
      <ItemList gap="L">
        {enrollments.map((enrollment) => (
          <li key={enrollment.id} className={styles.key}>
            <EnrolledKey enrollment={enrollment} isOffered={enrollments.length === 1 && next.action === 'publish'} />
          </li>
        ))}
      </ItemList>
    </section>
  );
}

interface EnrolledKeyProps {
  readonly enrollment: EnrolledKeyView;
  /** Its publication is the one thing to do next. */
  readonly isOffered: boolean;
}

function EnrolledKey({ enrollment, isOffered }: EnrolledKeyProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const run = useEnrollmentRun();
  const titleId = useId();
  const { id, fingerprint, account, createdAt, keyFile, publicLine, randomart, backup, canBePublished } = enrollment;
  const product = enrollment.product ?? say('readiness.key-unnamed');
  const putOnProfile = () => {
    run.publish(id);
    go({ screen: 'enroll' });
  };
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
          <h3 className={styles.product} id={titleId}>
            {backup ? say('readiness.key-backup', { product }) : product}
          </h3>
          <StateBadge state={badge}>{say(text)}</StateBadge>
        </div>
        <FactList facts={facts} />
        {publicLine !== undefined && (
          <div className={styles.actions}>
            {canBePublished && !isOffered && (
              <Button aria-describedby={titleId} onClick={putOnProfile}>
                {say('readiness.put-on-profile')}
              </Button>
            )}
            <CopyButton text={publicLine} label={say('readiness.copy-public-line')} />
          </div>
        )}
      </div>
      {randomart !== undefined && <Randomart art={randomart} label={say('readiness.randomart')} />}
    </>
  );
}
