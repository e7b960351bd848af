#ifndef RP_REACH_H
#define RP_REACH_H

#include "call.h"

/* Whether the vectors and strings of a call can be read. Where a program gives an address that
   nothing is mapped at, the kernel answers EFAULT; to look there ourselves would end the program.
 */
bool rp_reach_call(const struct rp_call *call);

#endif
