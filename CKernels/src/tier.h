/* Picks an operation's table of kernels for the tier in force: an operation `stem` has the table stem_ref. */
#ifndef CK_TIER_H
#define CK_TIER_H

#include "../include/CKernels.h"

#define CK_TIER(stem) (&stem##_ref)

#endif
