/* Times Intel ISA-L: see bench/peers/README.md. Codecs: cauchy (gf_gen_cauchy1_matrix). */
#include <isa-l.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_SHARDS 256

static double ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static uint8_t *shards[MAX_SHARDS], *restored[MAX_SHARDS];
static uint8_t matrix[MAX_SHARDS * MAX_SHARDS], square[MAX_SHARDS * MAX_SHARDS];
static uint8_t inverse[MAX_SHARDS * MAX_SHARDS];
static uint8_t tables[MAX_SHARDS * MAX_SHARDS * 32];

/* The rows of lost data shards in the inverse of the rows that are left: all but the first `lost`. */
static int decode(int k, int bytes, int lost) {
  uint8_t *sources[MAX_SHARDS];
  for (int row = 0; row < k; row++) {
    sources[row] = shards[lost + row];
    memcpy(square + row * k, matrix + (lost + row) * k, k);
  }
  if (gf_invert_matrix(square, inverse, k) != 0) return -1;
  ec_init_tables(k, lost, inverse, tables);
  ec_encode_data(bytes, k, lost, tables, sources, restored);
  return 0;
}

int main(void) {
  char line[512], op[16], codec[32];
  int k, m, bytes, lost, calls, oldK = 0, oldM = 0, oldBytes = 0;
  static uint8_t encodeTables[MAX_SHARDS * MAX_SHARDS * 32];
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line,
               "{\"op\":\"%15[^\"]\",\"codec\":\"%31[^\"]\",\"k\":%d,\"m\":%d,\"bytes\":%d,"
               "\"lost\":%d,\"calls\":%d}",
               op, codec, &k, &m, &bytes, &lost, &calls) != 7) {
      return 1;
    }
    if (k < 1 || m < 1 || k + m > MAX_SHARDS || lost > m || strcmp(codec, "cauchy") != 0) {
      puts("{\"error\":\"shape\"}");
      fflush(stdout);
      continue;
    }
    if (k != oldK || m != oldM || bytes != oldBytes) {
      for (int i = 0; i < MAX_SHARDS; i++) {
        free(shards[i]);
        free(restored[i]);
        shards[i] = i < k + m ? aligned_alloc(64, (bytes + 63) / 64 * 64) : NULL;
        restored[i] = i < m ? aligned_alloc(64, (bytes + 63) / 64 * 64) : NULL;
      }
      for (int i = 0; i < k; i++) {
        for (int j = 0; j < bytes; j++) {
          shards[i][j] = (uint8_t)((7 * i + 13 * j + (j >> 8)) * 29 + (i >> 8));
        }
      }
      gf_gen_cauchy1_matrix(matrix, k + m, k);
      ec_init_tables(k, m, matrix + k * k, encodeTables);
      ec_encode_data(bytes, k, m, encodeTables, shards, shards + k);
      oldK = k, oldM = m, oldBytes = bytes;
    }
    int isDecode = strcmp(op, "decode") == 0;
    double cpu = ms(CLOCK_PROCESS_CPUTIME_ID), wall = ms(CLOCK_MONOTONIC);
    for (int call = 0; call < calls; call++) {
      if (!isDecode) ec_encode_data(bytes, k, m, encodeTables, shards, shards + k);
      else if (decode(k, bytes, lost) != 0) return 1;
    }
    cpu = ms(CLOCK_PROCESS_CPUTIME_ID) - cpu, wall = ms(CLOCK_MONOTONIC) - wall;
    uint32_t digest = 0;
    uint8_t **outputs = isDecode ? restored : shards + k;
    for (int i = 0; i < (isDecode ? lost : m); i++) {
      digest = crc32_gzip_refl(digest, outputs[i], bytes);
    }
    printf("{\"cpuMs\":%.9f,\"wallMs\":%.9f,\"digest\":%u,\"version\":\"%d.%d.%d\"}\n", cpu / calls,
           wall / calls, digest, ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION);
    fflush(stdout);
  }
}
