import { DAY_MS, type Facts, isInUse, type PolicyAges, rehearsed } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/** How long before the day, unless a drill may not become as old as that. */
const AHEAD_MS = 5 * DAY_MS;

/**
 * A target that neither a drill nor a login has proven for the policy's time. One that never was is counted from the day on which its
 * devices had the key: nobody notes when a target was saved.
 */
export function drillAge({ keys, targets }: Facts, { drillAgeMs }: PolicyAges): readonly Reminder[] {
  const reconciled = keys.filter(isInUse).flatMap(({ reconciledBy }) => reconciledBy ?? []);
  if (reconciled.length === 0) return []; // there is no key to rehearse with
  const keySince = Math.min(...reconciled);
  return rehearsed(targets).map(({ name, provenAt }): Reminder => {
    const since = provenAt ?? keySince;
    const due = since + drillAgeMs;
    const days = Math.round(drillAgeMs / DAY_MS);
    return {
      id: `drill-age:${name}`,
      rule: 'drill-age',
      subject: name,
      since,
      stages: stagesFrom({ soon: due - Math.min(AHEAD_MS, drillAgeMs / 4), due }),
      title: title('reminder.drill-age.title', { name }),
      sentence:
        provenAt === undefined
          ? said('reminder.drill-age.never', { name, days })
          : said('reminder.drill-age', { name, days, proven: new Date(provenAt) }),
      remedy: { action: { kind: 'drill', target: name }, command: ['glasskey', 'drill', name] },
    };
  });
}
