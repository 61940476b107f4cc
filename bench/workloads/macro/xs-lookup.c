/*
 * Cross-section lookups as a Monte Carlo particle code does them: a random energy and material, a binary search on the
 * unionized energy grid, then for each nuclide of the material five interpolated cross sections. Large tables read at
 * random. verify searches each nuclide's own grid instead, which must give the very same bits.
 */
#include "../bench.h"

#define CHANNELS 5 /* total, elastic, absorption, fission, nu-fission */
#define MATERIALS 12
#define SAMPLES 1000 /* lookups that verify repeats in its own way */

typedef struct {
  double energy, channel[CHANNELS];
} grid_point;

static u32 nuclides, points, union_points;
static grid_point *grids;    /* nuclide n's grid: points rows from grids + n * points, energies rising */
static double *union_energy; /* all grids' energies, sorted */
static u32 *union_index;     /* per row and nuclide: the nuclide's grid point at or below that energy */
static u32 *material_size, *material_nuclide;
static double *material_density;
static double *totals; /* sums over all lookups: one a channel */

static double unit(u64 *seed) {
  return (double)(s64)(random_next(seed) >> 11) / 9007199254740992.0;
}

static void make_grids(u64 *seed) {
  for (u32 n = 0; n < nuclides; n++) {
    grid_point *grid = grids + (u64)n * points;
    for (u32 i = 0; i < points; i++) {
      grid[i].energy = ((double)i + unit(seed)) / points;
      for (u32 c = 0; c < CHANNELS; c++) grid[i].channel[c] = unit(seed);
    }
  }
}

static double energy_at(u32 nuclide, u32 index) {
  return grids[(u64)nuclide * points + index].energy;
}

/* Merges the sorted grids: `next` is one place a nuclide; rows are made only once, so a plain minimum will do. */
static void make_union(void) {
  u32 *next = heap_ready(nuclides * sizeof(u32));
  for (u32 row = 0; row < union_points; row++) {
    u32 lowest = nuclides;
    for (u32 n = 0; n < nuclides; n++) {
      if (next[n] == points) continue;
      if (lowest == nuclides || energy_at(n, next[n]) < energy_at(lowest, next[lowest])) lowest = n;
    }
    union_energy[row] = energy_at(lowest, next[lowest]++);
    for (u32 n = 0; n < nuclides; n++) {
      /* Between points next - 1 and next; the ends of the grid are extrapolated. */
      u32 below = next[n] ? next[n] - 1 : 0;
      union_index[(u64)row * nuclides + n] = below < points - 1 ? below : points - 2;
    }
  }
}

/* Fuel has every nuclide, the others a few: the first material is long and drawn more often, as in a reactor. */
static void make_materials(u64 *seed) {
  for (u32 m = 0; m < MATERIALS; m++) {
    material_size[m] = m == 0 ? nuclides : 1 + random_below(seed, nuclides / 4 + 1);
    for (u32 i = 0; i < material_size[m]; i++) {
      material_nuclide[m * nuclides + i] = m == 0 ? i : random_below(seed, nuclides);
      material_density[m * nuclides + i] = unit(seed);
    }
  }
}

/* The last row of `count` whose energy is not above `energy` (the first row if all are); rows are `stride` doubles. */
static u32 find_row(const double *energies, u32 stride, u32 count, double energy) {
  u32 low = 0, high = count;
  while (high - low > 1) {
    u32 middle = (low + high) / 2;
    if (energies[(u64)middle * stride] > energy) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return low;
}

static void draw(u64 *seed, double *energy, u32 *material) {
  *energy = unit(seed);
  u32 die = random_below(seed, 100);
  *material = die < 15 ? 0 : 1 + die % (MATERIALS - 1);
}

static void add_nuclide(double *sums, u32 nuclide, u32 index, double energy, double density) {
  const grid_point *low = grids + (u64)nuclide * points + index, *high = low + 1;
  double fraction = (energy - low->energy) / (high->energy - low->energy);
  for (u32 c = 0; c < CHANNELS; c++) {
    sums[c] += density * (low->channel[c] + fraction * (high->channel[c] - low->channel[c]));
  }
}

static NOINLINE void look_up(double *sums, double energy, u32 material) {
  u32 row = find_row(union_energy, 1, union_points, energy);
  for (u32 i = 0; i < material_size[material]; i++) {
    u32 nuclide = material_nuclide[material * nuclides + i], index = union_index[(u64)row * nuclides + nuclide];
    add_nuclide(sums, nuclide, index, energy, material_density[material * nuclides + i]);
  }
}

static void look_up_directly(double *sums, double energy, u32 material) {
  for (u32 i = 0; i < material_size[material]; i++) {
    u32 nuclide = material_nuclide[material * nuclides + i];
    u32 index = find_row(&grids[(u64)nuclide * points].energy, sizeof(grid_point) / sizeof(double), points, energy);
    if (index > points - 2) index = points - 2;
    add_nuclide(sums, nuclide, index, energy, material_density[material * nuclides + i]);
  }
}

void prepare(const u64 *params) {
  u64 seed = 18;
  nuclides = (u32)params[0];
  points = (u32)params[1];
  if (nuclides == 0 || points < 2) __builtin_trap();
  union_points = nuclides * points;
  grids = heap_ready((u64)union_points * sizeof(grid_point));
  union_energy = heap_ready(union_points * sizeof(double));
  union_index = heap_ready((u64)union_points * nuclides * sizeof(u32));
  material_size = heap_ready(MATERIALS * sizeof(u32));
  material_nuclide = heap_ready(MATERIALS * nuclides * sizeof(u32));
  material_density = heap_ready(MATERIALS * nuclides * sizeof(double));
  totals = heap_ready(CHANNELS * sizeof(double));
  make_grids(&seed);
  make_union();
  make_materials(&seed);
}

u64 bench(const u64 *params) {
  u64 seed = 19, hash = 0;
  for (u64 i = 0; i < params[2]; i++) {
    double energy, sums[CHANNELS] = {0};
    u32 material;
    draw(&seed, &energy, &material);
    look_up(sums, energy, material);
    for (u32 c = 0; c < CHANNELS; c++) totals[c] += sums[c];
    hash = hash * 31 + double_bits(sums[0]);
  }
  for (u32 c = 0; c < CHANNELS; c++) hash = fold(hash, double_bits(totals[c]));
  return nonzero(hash);
}

int verify(const u64 *params) {
  u64 seed = 19;
  double sum = 0;
  for (u64 i = 0; i < params[2] && i < SAMPLES; i++) {
    double energy, fast[CHANNELS] = {0}, direct[CHANNELS] = {0};
    u32 material;
    draw(&seed, &energy, &material);
    look_up(fast, energy, material);
    look_up_directly(direct, energy, material);
    for (u32 c = 0; c < CHANNELS; c++) {
      if (fast[c] != direct[c]) return 0;
    }
    sum += fast[0];
  }
  /* The samples are the first lookups: no more than all of them, and all of them when there are few. */
  return params[2] <= SAMPLES ? sum == totals[0] : totals[0] > 0;
}
