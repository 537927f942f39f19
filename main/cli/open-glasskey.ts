/** Glasskey for one command, over the command line's world. */
import { Glasskey } from '../glasskey.ts';
import type { CliWorld } from './cli-world.ts';
import type { Output } from './output.ts';

export function openGlasskey(world: CliWorld, output: Output): Glasskey {
  const { hid, clock, environment, homeFolder, owner } = world;
  return new Glasskey({ hid, clock, environment, homeFolder, owner, log: output.log });
}
