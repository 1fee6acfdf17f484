/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVR_UAPI_RISCV_IDS_H
#define KVR_UAPI_RISCV_IDS_H

/*
 * KVM's own numbering of ISA and SBI extensions: the low bits of a ONE_REG id of
 * type ISA_EXT or SBI_EXT, and bit numbers in the MULTI_* registers.
 *
 * Each list applies X(number, NAME) to every id, so that a table of them can be
 * generated and none forgotten.
 */

#define KVR_ISA_EXT_IDS(X)							\
	/* base and single letters */						\
	X(0, A)		X(1, C)		X(2, D)		X(3, F)			\
	X(4, H)		X(5, I)		X(6, M)		X(15, V)		\
	/* privileged */							\
	X(7, SVPBMT)	X(9, SVINVAL)	X(16, SVNAPOT)	X(64, SVADE)		\
	X(65, SVADU)	X(66, SVVPTC)	X(8, SSTC)	X(14, SSAIA)		\
	X(23, SMSTATEEN) X(54, SSCOFPMF) X(62, SMNPM)	X(63, SSNPM)		\
	/* control and status, counters, fences, hints */			\
	X(20, ZICSR)	X(19, ZICNTR)	X(22, ZIHPM)	X(21, ZIFENCEI)		\
	X(10, ZIHINTPAUSE) X(48, ZIHINTNTL)					\
	/* cache blocks, memory model */					\
	X(11, ZICBOM)	X(71, ZICBOP)	X(12, ZICBOZ)				\
	X(52, ZTSO)	X(68, ZICCRSE)						\
	/* integer, atomics, bits, compressed */				\
	X(24, ZICOND)	X(55, ZIMOP)	X(76, ZILSD)				\
	X(69, ZAAMO)	X(70, ZALRSC)	X(53, ZACAS)	X(67, ZABHA)		\
	X(61, ZAWRS)	X(77, ZALASR)						\
	X(17, ZBA)	X(13, ZBB)	X(25, ZBC)	X(18, ZBS)		\
	X(56, ZCA)	X(57, ZCB)	X(58, ZCD)	X(59, ZCF)		\
	X(60, ZCMOP)	X(75, ZCLSD)						\
	/* control-flow integrity */						\
	X(78, ZICFILP)	X(79, ZICFISS)						\
	/* scalar cryptography */						\
	X(26, ZBKB)	X(27, ZBKC)	X(28, ZBKX)	X(29, ZKND)		\
	X(30, ZKNE)	X(31, ZKNH)	X(32, ZKR)	X(33, ZKSED)		\
	X(34, ZKSH)	X(35, ZKT)						\
	/* floating point */							\
	X(46, ZFH)	X(47, ZFHMIN)	X(51, ZFA)	X(72, ZFBFMIN)		\
	/* vector, vector cryptography */					\
	X(49, ZVFH)	X(50, ZVFHMIN)	X(73, ZVFBFMIN)	X(74, ZVFBFWMA)		\
	X(36, ZVBB)	X(37, ZVBC)	X(38, ZVKB)	X(39, ZVKG)		\
	X(40, ZVKNED)	X(41, ZVKNHA)	X(42, ZVKNHB)	X(43, ZVKSED)		\
	X(44, ZVKSH)	X(45, ZVKT)

#define KVR_SBI_EXT_IDS(X)							\
	X(0, V01)	X(1, TIME)	X(2, IPI)	X(3, RFENCE)		\
	X(4, SRST)	X(5, HSM)	X(6, PMU)	X(7, EXPERIMENTAL)	\
	X(8, VENDOR)	X(9, DBCN)	X(10, STA)	X(11, SUSP)		\
	X(12, FWFT)	X(13, MPXY)

#define KVR_ISA_EXT_ENUM(number, name)	KVM_RISCV_ISA_EXT_##name = number,
enum KVM_RISCV_ISA_EXT_ID {
	KVR_ISA_EXT_IDS(KVR_ISA_EXT_ENUM)
	KVM_RISCV_ISA_EXT_MAX = 80,
};

#define KVR_SBI_EXT_ENUM(number, name)	KVM_RISCV_SBI_EXT_##name = number,
enum KVM_RISCV_SBI_EXT_ID {
	KVR_SBI_EXT_IDS(KVR_SBI_EXT_ENUM)
	KVM_RISCV_SBI_EXT_MAX = 14,
};

#endif /* KVR_UAPI_RISCV_IDS_H */
