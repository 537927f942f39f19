/**
 * Glasskey's own ramp: petrol, the colour of a pane of glass seen from its edge (OKLCH hue 222, lightness 0.16 to 0.935).
 * White on 80 has a contrast of 5.9, 110 on Fluent's dark surface (#292929) one of 4.9.
 */
import type { BrandVariants } from '@fluentui/react-components';

export const BRAND: BrandVariants = {
  10: '#001016',
  20: '#001d27',
  30: '#002b38',
  40: '#003848',
  50: '#004558',
  60: '#005268',
  70: '#005f77',
  80: '#006d87',
  90: '#117e9a',
  100: '#288fac',
  110: '#42a1bf',
  120: '#60b3cf',
  130: '#7fc5dd',
  140: '#9ed4e8',
  150: '#bbe2f0',
  160: '#d6eef7',
};
