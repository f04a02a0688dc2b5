/* Picks an operation's table of kernels for the tier in force. An operation `stem` has the tables stem_ref, stem_avx2
 * and stem_avx512; on other processors only the first exists. */
#ifndef CK_TIER_H
#define CK_TIER_H

#include "../include/CKernels.h"

#if defined(__x86_64__)
#define CK_TIER(stem)                                                                                                  \
    (ck_isa_active() == CK_ISA_AVX512 ? &stem##_avx512 : ck_isa_active() == CK_ISA_AVX2 ? &stem##_avx2 : &stem##_ref)
#else
#define CK_TIER(stem) (&stem##_ref)
#endif

#endif
