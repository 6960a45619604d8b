const NANOS_PER_USD = 1_000_000_000n;
const NANOS_PER_CENT = 10_000_000n;
const NANO_DIGITS = 9;
/** Below a dollar, so many digits that are not leading zeros. */
const SHOWN_DIGITS = 3;

/**
 * Nano-dollars as dollars, rounded from the integer: to the cent from one dollar on, to three significant digits below.
 * What is not 0 is never shown as 0.
 */
export function formatNanos(nanos: bigint): string {
  if (nanos < 0n) return `-${formatNanos(-nanos)}`;
  if (nanos >= NANOS_PER_USD - NANOS_PER_CENT / 2n) {
    const cents = (nanos + NANOS_PER_CENT / 2n) / NANOS_PER_CENT;
    const dollars = String(cents / 100n).replace(/\B(?=(\d{3})+$)/g, ',');
    return `$${dollars}.${String(cents % 100n).padStart(2, '0')}`;
  }
  if (nanos === 0n) return '$0';
  const step = 10n ** BigInt(Math.max(0, String(nanos).length - SHOWN_DIGITS));
  const rounded = ((nanos + step / 2n) / step) * step;
  if (rounded >= NANOS_PER_USD) return formatNanos(NANOS_PER_USD);
  return `$0.${String(rounded).padStart(NANO_DIGITS, '0').replace(/0+$/, '').padEnd(2, '0')}`;
}

/** The exact amount in dollars, for programs: `0.092932`. */
export function exactUsd(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  const digits = String(nanos < 0n ? -nanos : nanos).padStart(NANO_DIGITS + 1, '0');
  const decimals = digits.slice(-NANO_DIGITS).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -NANO_DIGITS)}${decimals === '' ? '' : `.${decimals}`}`;
}
