/** What people know a device by. It says so itself, so nothing in it may hide or turn round the words beside it. */
import type { HidDevice } from './transport.ts';

/** Maker and product, each said once: one line, 65 characters at most, `security key` where the device says nothing. */
export function productName(device: Pick<HidDevice, 'manufacturer' | 'product'>): string {
  const { manufacturer = '', product = '' } = device;
  const name = product.startsWith(manufacturer) ? product : `${manufacturer} ${product}`;
  return visible(name) || 'security key';
}

const MOST_SHOWN = 64;

function visible(text: string): string {
  const plain = [...text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()];
  return plain.length > MOST_SHOWN ? `${plain.slice(0, MOST_SHOWN).join('')}…` : plain.join('');
}
