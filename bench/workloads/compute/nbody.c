/*
 * Gravity among a few bodies, leapfrog steps in double precision (square root and division in the inner loop). The
 * method conserves energy and momentum, and verify asks for both.
 */
#include "../bench.h"

#define MAX_BODIES 64
#define STEP 0.0001
#define SOFTENING 0.01 /* keeps close encounters finite */

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} body;

static body *bodies;
static u32 count;
static double energy_at_start;

static double unit(u64 *seed) {
  return (double)(s64)(random_next(seed) >> 11) / 4503599627370496.0 - 1.0;
}

static double energy(void) {
  double sum = 0;
  for (u32 i = 0; i < count; i++) {
    const body *b = &bodies[i];
    sum += 0.5 * b->mass * (b->vx * b->vx + b->vy * b->vy + b->vz * b->vz);
    for (u32 j = i + 1; j < count; j++) {
      double dx = b->x - bodies[j].x, dy = b->y - bodies[j].y, dz = b->z - bodies[j].z;
      sum -= b->mass * bodies[j].mass / __builtin_sqrt(dx * dx + dy * dy + dz * dz + SOFTENING);
    }
  }
  return sum;
}

static NOINLINE void kick(double dt) {
  for (u32 i = 0; i < count; i++) {
    body *a = &bodies[i];
    for (u32 j = i + 1; j < count; j++) {
      body *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      double square = dx * dx + dy * dy + dz * dz + SOFTENING;
      double pull = dt / (square * __builtin_sqrt(square));
      a->vx -= dx * b->mass * pull;
      a->vy -= dy * b->mass * pull;
      a->vz -= dz * b->mass * pull;
      b->vx += dx * a->mass * pull;
      b->vy += dy * a->mass * pull;
      b->vz += dz * a->mass * pull;
    }
  }
}

static NOINLINE void drift(double dt) {
  for (u32 i = 0; i < count; i++) {
    bodies[i].x += dt * bodies[i].vx;
    bodies[i].y += dt * bodies[i].vy;
    bodies[i].z += dt * bodies[i].vz;
  }
}

void prepare(const u64 *params) {
  u64 seed = 9;
  if (params[0] > MAX_BODIES) __builtin_trap();
  count = (u32)params[0];
  bodies = heap_ready(count * sizeof(body));
  body mean = {0};
  for (u32 i = 0; i < count; i++) {
    body *b = &bodies[i];
    b->x = unit(&seed), b->y = unit(&seed), b->z = unit(&seed);
    b->vx = unit(&seed) * 0.3, b->vy = unit(&seed) * 0.3, b->vz = unit(&seed) * 0.3;
    b->mass = (1.5 + unit(&seed)) / count;
    mean.vx += b->mass * b->vx, mean.vy += b->mass * b->vy, mean.vz += b->mass * b->vz, mean.mass += b->mass;
  }
  for (u32 i = 0; i < count; i++) {
    bodies[i].vx -= mean.vx / mean.mass, bodies[i].vy -= mean.vy / mean.mass, bodies[i].vz -= mean.vz / mean.mass;
  }
  energy_at_start = energy();
}

u64 bench(const u64 *params) {
  for (u64 i = params[1]; i > 0; i--) {
    drift(STEP / 2);
    kick(STEP);
    drift(STEP / 2);
  }
  u64 hash = count;
  for (u32 i = 0; i < count; i++) {
    hash = fold(fold(hash, double_bits(bodies[i].x)), double_bits(bodies[i].vz));
  }
  return nonzero(hash);
}

static int close_to(double a, double b, double tolerance) {
  return a - b < tolerance && b - a < tolerance;
}

int verify(const u64 *params) {
  double px = 0, py = 0, pz = 0;
  for (u32 i = 0; i < count; i++) {
    const body *b = &bodies[i];
    px += b->mass * b->vx, py += b->mass * b->vy, pz += b->mass * b->vz;
  }
  (void)params;
  if (!close_to(energy(), energy_at_start, 1e-3)) return 0;
  return close_to(px, 0, 1e-9) && close_to(py, 0, 1e-9) && close_to(pz, 0, 1e-9);
}
