/** Reads many reports. Most of what they say is the same: an equal part is parsed, hidden and held against the schema once, and is then one object. */
import { REPORT_VERSION, type Report } from '../../model/report.js';
import { conform, Misfit, type Schema } from './conform.js';
import { withFieldsOfToday } from './earlier.js';
import { LONGEST, type Part, type Plan, readByParts } from './parts.js';
import { refuseMajor, versionOf } from './read-report.js';
import { reportSchema } from './schema.js';

const SCHEMA: Schema = reportSchema;

/** Of each kind of part. */
const MOST_KNOWN = 200;

/** Read part by part, too: of two nodes with the same fault, the fixes are the same and the evidence is not. */
const IN_PARTS = 'finding';
/** Held against the schema as all else, and left out: no one who reads many reports asks for them, and they are a quarter of each. */
const LEFT_OUT: readonly string[] = ['settings', 'timings'];
/** Of these no item is as another was. */
const NEVER_ALIKE = 'timings';

/**
 * Gives what `readReport` gives of the hidden JSON, without settings and timings. Undefined where a report is another than most are: the whole is read
 * then, and says what is wrong with it.
 */
export function createManyReader(hide: <T>(json: T) => T): (text: string) => Report | undefined {
  const plan = planOf(SCHEMA, hide);
  return (text) => {
    try {
      const report = readByParts(text, plan);
      const version = versionOf(report, 'reportVersion');
      if (version === undefined || refuseMajor('report', version, REPORT_VERSION)) return undefined;
      return { ...withFieldsOfToday(report as Report), settings: [], timings: [] };
    } catch (error) {
      if (error instanceof Misfit) return undefined;
      throw error;
    }
  };
}

type Hide = <T>(json: T) => T;

/** Lists of what has a name in the schema are read item by item, the report and its findings member by member, all else as one. */
function planOf(schema: Schema, hide: Hide): Plan {
  if (schema.items?.$ref) return { kind: 'list', item: planOf(schema.items, hide), slots: [] };
  const name = schema.$ref?.replace('#/$defs/', '');
  return schema === SCHEMA || name === IN_PARTS ? memberByMember(schema, name, hide) : asOne(schema, hide);
}

function memberByMember(given: Schema, name: string | undefined, hide: Hide): Plan {
  const schema = withDefinitions(given);
  const { properties = {}, required = [] } = name === undefined ? schema : (SCHEMA.$defs?.[name] ?? {});
  const rest = asOne({}, hide);
  // Made when first met: a finding has findings in it.
  const plans = new Map<string, Plan>();
  const memberOf = (key: string): Plan => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!property) return rest;
    const hideIt = LEFT_OUT.includes(key) ? asItIs : hide;
    const plan = plans.get(key) ?? (key === NEVER_ALIKE ? asOne(property, hideIt) : planOf(property, hideIt));
    plans.set(key, plan);
    return plan;
  };
  const isWhole = (members: object): boolean =>
    required.every((key) => Object.hasOwn(members, key)) && Object.keys(members).every((key) => Object.hasOwn(properties, key));
  return {
    kind: 'object',
    memberOf: (key) => (hide(key) === key ? memberOf(key) : undefined),
    made: (members) => (isWhole(members) ? members : conform(schema, members)),
  };
}

const asItIs: Hide = (json) => json;

function asOne(given: Schema, hide: Hide): Plan {
  const schema = withDefinitions(given);
  const known = new Map<string, Part>();
  const read = (text: string): Part => {
    const before = known.get(text);
    if (before) return before;
    const value = conform(schema, hide(JSON.parse(text) as unknown));
    if (text.length > LONGEST) return { text, value };
    // As a text of its own: a slice would keep all that it was cut from.
    const part = { text: ` ${text}`.slice(1), value };
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(part.text, part);
    return part;
  };
  return { kind: 'whole', read, slot: {} };
}

function withDefinitions(schema: Schema): Schema {
  return { ...schema, ...(SCHEMA.$defs && { $defs: SCHEMA.$defs }) };
}
