// How much of Graph an application may ask: a bucket of resource units for each application and tenant, and the account of
// what was spent. Pure of HTTP except for the headers of a verdict. The numbers are Microsoft's of about 2023.

/** Resource units per ten seconds, by how many people a tenant has. */
const LIMITS: readonly { readonly below: number; readonly unitsPer10s: number }[] = [
  { below: 50, unitsPer10s: 3_500 },
  { below: 501, unitsPer10s: 5_000 },
  { below: Number.POSITIVE_INFINITY, unitsPer10s: 8_000 },
];
const WINDOW_MS = 10_000;
/** From this share of the limit answers say how much of it is used. */
const TOLD_FROM = 0.8;
/** Nothing is held against an application beyond this share: the highest that the header is documented to show. */
const MOST_SHARE = 1.8;
/** Where a request that calls itself unimportant is refused, so that the others still find room. */
const LOW_PRIORITY_SHARE = 0.9;
const SMALL_PAGE = 20;

export interface ThrottleSettings {
  /** In place of what the size of the tenant gives. */
  readonly unitsPer10s?: number;
  /** False: a refusal does not say how long to wait, as some of the directory's do not. Absent means true. */
  readonly retryAfter?: boolean;
}

export interface Usage {
  /** Calls, the parts of a batch one by one. */
  readonly requests: number;
  readonly resourceUnits: number;
  /** Calls that were refused for asking too much; they are among the others too. */
  readonly throttled: number;
}

export interface Charge {
  readonly appId: string;
  readonly tenantId: string;
  /** How many people the tenant has. */
  readonly people: number;
  readonly units: number;
  readonly isLowPriority: boolean;
  readonly now: number;
}

export interface Verdict {
  readonly isThrottled: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Throttle {
  /** Counts the call, whether it is refused or not. */
  charge(charge: Charge): Verdict;
  /** Null: nobody is refused. What is spent is counted all the same. */
  set(settings: ThrottleSettings | null): void;
  /** Since the start or the last reset. */
  usage(appId: string): Usage;
  reset(): void;
}

/** `spent` at a moment; it drains at the limit's pace. */
interface Bucket {
  readonly spent: number;
  readonly at: number;
}

const NOTHING: Usage = { requests: 0, resourceUnits: 0, throttled: 0 };

export function newThrottle(): Throttle {
  let settings: ThrottleSettings | null = {};
  const buckets = new Map<string, Bucket>();
  const usages = new Map<string, Usage>();
  const judge = (charge: Charge): Verdict => {
    if (settings === null) return { isThrottled: false, headers: {} };
    const key = `${charge.appId} ${charge.tenantId}`;
    const limit = settings.unitsPer10s ?? limitOf(charge.people);
    const { spent, at } = buckets.get(key) ?? { spent: 0, at: charge.now };
    const drained = Math.max(0, spent - (Math.max(0, charge.now - at) * limit) / WINDOW_MS);
    const after = Math.min(drained + charge.units, limit * MOST_SHARE);
    buckets.set(key, { spent: after, at: charge.now });
    return verdict(charge, after, limit, settings.retryAfter !== false);
  };
  return {
    charge(charge) {
      const { isThrottled, headers } = judge(charge);
      const { requests, resourceUnits, throttled } = usages.get(charge.appId) ?? NOTHING;
      usages.set(charge.appId, {
        requests: requests + 1,
        resourceUnits: resourceUnits + charge.units,
        throttled: throttled + Number(isThrottled),
      });
      return { isThrottled, headers: { 'x-ms-resource-unit': String(charge.units), ...headers } };
    },
    set(changed) {
      settings = changed;
      buckets.clear();
    },
    usage: (appId) => usages.get(appId) ?? NOTHING,
    reset: () => usages.clear(),
  };
}

function limitOf(people: number): number {
  return LIMITS.find(({ below }) => people < below)!.unitsPer10s;
}

function verdict(charge: Charge, spent: number, limit: number, saysWhen: boolean): Verdict {
  const share = spent / limit;
  const mostUnits = charge.isLowPriority ? limit * LOW_PRIORITY_SHARE : limit;
  const isThrottled = spent > mostUnits;
  const headers: Record<string, string> = {};
  if (share >= TOLD_FROM) headers['x-ms-throttle-limit-percentage'] = share.toFixed(2);
  if (!isThrottled) return { isThrottled, headers };
  headers['x-ms-throttle-scope'] = `Tenant_Application/ReadWrite/${charge.appId}/${charge.tenantId}`;
  headers['x-ms-throttle-information'] = 'ResourceUnitLimitExceeded';
  if (saysWhen) {
    const waitMs = ((spent + charge.units - mostUnits) / limit) * WINDOW_MS;
    headers['retry-after'] = String(Math.max(1, Math.ceil(waitMs / 1000)));
  }
  return { isThrottled, headers };
}

/** What a call costs: the route's own price, changed by how it is asked. */
export function unitsOf(base: number, query: URLSearchParams): number {
  const top = query.get('$top');
  const isSmallPage = top !== null && Number(top) < SMALL_PAGE;
  const units = base - Number(query.has('$select')) + Number(query.has('$expand')) - Number(isSmallPage);
  return Math.max(1, units);
}
