declare module 'wasmock:host/random@0.1.0' {
  /**
   * 64 random bits.
   */
  export function bits(): bigint;
  /**
   * Whether the user gave a seed for fake data (`--faker-seed`).
   */
  export function seeded(): boolean;
  /**
   * The next 32 bits of the environment's one sequence of fake data (MT19937 with that
   * seed), shared by all instances.
   */
  export function draw(): number;
  /**
   * The locale for fake data (`--faker-locale`), e.g. `en`.
   */
  export function locale(): string;
}
