/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control and status registers: numbers and fields. hart/csr_access.h has the accessors.
 *
 * Kernels differ in which of these their own asm/csr.h has, and in how they
 * name the fields, so the module keeps one complete list and takes no register
 * number from the kernel. Names are those of the specifications, behind
 * KVR_CSR_ for a register and KVR_<register>_ for a field of it; a field's
 * mask bears the field's name, its bit position the suffix _SHIFT. Where the
 * S-level and the VS-level register have the same layout only the S-level
 * name is given.
 *
 * All of it may be used in assembly.
 *
 * Sources: RISC-V Privileged Architecture (chapters Supervisor, Hypervisor,
 * Smstateen, Sstc, Smcsrind, Ssdbltrp, pointer masking), Advanced Interrupt
 * Architecture 1.0, Unprivileged Architecture (F, V, Zicfiss).
 */
#ifndef KVR_HOST_CSR_H
#define KVR_HOST_CSR_H

#include <linux/const.h>

/* Unprivileged */
#define KVR_CSR_FFLAGS		0x001
#define KVR_CSR_FRM		0x002
#define KVR_CSR_FCSR		0x003
#define KVR_CSR_VSTART		0x008
#define KVR_CSR_VXSAT		0x009
#define KVR_CSR_VXRM		0x00a
#define KVR_CSR_VCSR		0x00f
#define KVR_CSR_SSP		0x011
#define KVR_CSR_SEED		0x015
#define KVR_CSR_JVT		0x017
#define KVR_CSR_CYCLE		0xc00
#define KVR_CSR_TIME		0xc01
#define KVR_CSR_INSTRET		0xc02
#define KVR_CSR_HPMCOUNTER3	0xc03
#define KVR_CSR_HPMCOUNTER31	0xc1f
#define KVR_CSR_VL		0xc20
#define KVR_CSR_VTYPE		0xc21
#define KVR_CSR_VLENB		0xc22

/* Supervisor */
#define KVR_CSR_SSTATUS		0x100
#define KVR_CSR_SIE		0x104
#define KVR_CSR_STVEC		0x105
#define KVR_CSR_SCOUNTEREN	0x106
#define KVR_CSR_SENVCFG		0x10a
#define KVR_CSR_SSTATEEN0	0x10c
#define KVR_CSR_SSTATEEN1	0x10d
#define KVR_CSR_SSTATEEN2	0x10e
#define KVR_CSR_SSTATEEN3	0x10f
#define KVR_CSR_SCOUNTINHIBIT	0x120
#define KVR_CSR_SSCRATCH	0x140
#define KVR_CSR_SEPC		0x141
#define KVR_CSR_SCAUSE		0x142
#define KVR_CSR_STVAL		0x143
#define KVR_CSR_SIP		0x144
#define KVR_CSR_STIMECMP	0x14d
#define KVR_CSR_SCTRCTL		0x14e
#define KVR_CSR_SCTRSTATUS	0x14f
#define KVR_CSR_SISELECT	0x150
#define KVR_CSR_SIREG		0x151
#define KVR_CSR_SIREG2		0x152
#define KVR_CSR_SIREG3		0x153
#define KVR_CSR_SIREG4		0x155
#define KVR_CSR_SIREG5		0x156
#define KVR_CSR_SIREG6		0x157
#define KVR_CSR_STOPEI		0x15c
#define KVR_CSR_SCTRDEPTH	0x15f
#define KVR_CSR_SATP		0x180
#define KVR_CSR_SRMCFG		0x181
#define KVR_CSR_SCONTEXT	0x5a8
#define KVR_CSR_SCOUNTOVF	0xda0
#define KVR_CSR_STOPI		0xdb0

/* Hypervisor */
#define KVR_CSR_HSTATUS		0x600
#define KVR_CSR_HEDELEG		0x602
#define KVR_CSR_HIDELEG		0x603
#define KVR_CSR_HIE		0x604
#define KVR_CSR_HTIMEDELTA	0x605
#define KVR_CSR_HCOUNTEREN	0x606
#define KVR_CSR_HGEIE		0x607
#define KVR_CSR_HVIEN		0x608
#define KVR_CSR_HVICTL		0x609
#define KVR_CSR_HENVCFG		0x60a
#define KVR_CSR_HSTATEEN0	0x60c
#define KVR_CSR_HSTATEEN1	0x60d
#define KVR_CSR_HSTATEEN2	0x60e
#define KVR_CSR_HSTATEEN3	0x60f
#define KVR_CSR_HTVAL		0x643
#define KVR_CSR_HIP		0x644
#define KVR_CSR_HVIP		0x645
#define KVR_CSR_HVIPRIO1	0x646
#define KVR_CSR_HVIPRIO2	0x647
#define KVR_CSR_HTINST		0x64a
#define KVR_CSR_HGATP		0x680
#define KVR_CSR_HCONTEXT	0x6a8
#define KVR_CSR_HGEIP		0xe12

/* Virtual supervisor */
#define KVR_CSR_VSSTATUS	0x200
#define KVR_CSR_VSIE		0x204
#define KVR_CSR_VSTVEC		0x205
#define KVR_CSR_VSSCRATCH	0x240
#define KVR_CSR_VSEPC		0x241
#define KVR_CSR_VSCAUSE		0x242
#define KVR_CSR_VSTVAL		0x243
#define KVR_CSR_VSIP		0x244
#define KVR_CSR_VSTIMECMP	0x24d
#define KVR_CSR_VSCTRCTL	0x24e
#define KVR_CSR_VSISELECT	0x250
#define KVR_CSR_VSIREG		0x251
#define KVR_CSR_VSIREG2		0x252
#define KVR_CSR_VSIREG3		0x253
#define KVR_CSR_VSIREG4		0x255
#define KVR_CSR_VSIREG5		0x256
#define KVR_CSR_VSIREG6		0x257
#define KVR_CSR_VSTOPEI		0x25c
#define KVR_CSR_VSATP		0x280
#define KVR_CSR_VSTOPI		0xeb0

/* sstatus and vsstatus */
#define KVR_SSTATUS_SIE		_BITUL(1)
#define KVR_SSTATUS_SPIE	_BITUL(5)
#define KVR_SSTATUS_UBE		_BITUL(6)
#define KVR_SSTATUS_SPP		_BITUL(8)
#define KVR_SSTATUS_VS_SHIFT	9
#define KVR_SSTATUS_VS		(_UL(3) << KVR_SSTATUS_VS_SHIFT)
#define KVR_SSTATUS_FS_SHIFT	13
#define KVR_SSTATUS_FS		(_UL(3) << KVR_SSTATUS_FS_SHIFT)
#define KVR_SSTATUS_XS_SHIFT	15
#define KVR_SSTATUS_XS		(_UL(3) << KVR_SSTATUS_XS_SHIFT)
#define KVR_SSTATUS_SUM		_BITUL(18)
#define KVR_SSTATUS_MXR		_BITUL(19)
#define KVR_SSTATUS_SPELP	_BITUL(23)
#define KVR_SSTATUS_SDT		_BITUL(24)
#define KVR_SSTATUS_UXL_SHIFT	32
#define KVR_SSTATUS_UXL		(_UL(3) << KVR_SSTATUS_UXL_SHIFT)
#define KVR_SSTATUS_SD		_BITUL(63)

/* States of the two-bit fields FS, VS and XS */
#define KVR_EXT_OFF		_UL(0)
#define KVR_EXT_INITIAL		_UL(1)
#define KVR_EXT_CLEAN		_UL(2)
#define KVR_EXT_DIRTY		_UL(3)
#define KVR_SSTATUS_FS_OFF	(KVR_EXT_OFF << KVR_SSTATUS_FS_SHIFT)
#define KVR_SSTATUS_FS_INITIAL	(KVR_EXT_INITIAL << KVR_SSTATUS_FS_SHIFT)
#define KVR_SSTATUS_FS_CLEAN	(KVR_EXT_CLEAN << KVR_SSTATUS_FS_SHIFT)
#define KVR_SSTATUS_FS_DIRTY	(KVR_EXT_DIRTY << KVR_SSTATUS_FS_SHIFT)
#define KVR_SSTATUS_VS_OFF	(KVR_EXT_OFF << KVR_SSTATUS_VS_SHIFT)
#define KVR_SSTATUS_VS_INITIAL	(KVR_EXT_INITIAL << KVR_SSTATUS_VS_SHIFT)
#define KVR_SSTATUS_VS_CLEAN	(KVR_EXT_CLEAN << KVR_SSTATUS_VS_SHIFT)
#define KVR_SSTATUS_VS_DIRTY	(KVR_EXT_DIRTY << KVR_SSTATUS_VS_SHIFT)

/* Values of the fields UXL and VSXL */
#define KVR_XL_32		_UL(1)
#define KVR_XL_64		_UL(2)

/* hstatus */
#define KVR_HSTATUS_VSBE	_BITUL(5)
#define KVR_HSTATUS_GVA		_BITUL(6)
#define KVR_HSTATUS_SPV		_BITUL(7)
#define KVR_HSTATUS_SPVP	_BITUL(8)
#define KVR_HSTATUS_HU		_BITUL(9)
#define KVR_HSTATUS_VGEIN_SHIFT	12
#define KVR_HSTATUS_VGEIN	(_UL(0x3f) << KVR_HSTATUS_VGEIN_SHIFT)
#define KVR_HSTATUS_VTVM	_BITUL(20)
#define KVR_HSTATUS_VTW		_BITUL(21)
#define KVR_HSTATUS_VTSR	_BITUL(22)
#define KVR_HSTATUS_HUKTE	_BITUL(24)
#define KVR_HSTATUS_VSXL_SHIFT	32
#define KVR_HSTATUS_VSXL	(_UL(3) << KVR_HSTATUS_VSXL_SHIFT)
#define KVR_HSTATUS_HUPMM_SHIFT	48
#define KVR_HSTATUS_HUPMM	(_UL(3) << KVR_HSTATUS_HUPMM_SHIFT)

/* satp and vsatp */
#define KVR_SATP_PPN		((_UL(1) << 44) - 1)
#define KVR_SATP_ASID_SHIFT	44
#define KVR_SATP_ASID		(_UL(0xffff) << KVR_SATP_ASID_SHIFT)
#define KVR_SATP_MODE_SHIFT	60
#define KVR_SATP_MODE		(_UL(0xf) << KVR_SATP_MODE_SHIFT)
#define KVR_SATP_MODE_BARE	_UL(0)
#define KVR_SATP_MODE_SV39	_UL(8)
#define KVR_SATP_MODE_SV48	_UL(9)
#define KVR_SATP_MODE_SV57	_UL(10)

/* hgatp */
#define KVR_HGATP_PPN		((_UL(1) << 44) - 1)
#define KVR_HGATP_VMID_SHIFT	44
#define KVR_HGATP_VMID		(_UL(0x3fff) << KVR_HGATP_VMID_SHIFT)
#define KVR_HGATP_MODE_SHIFT	60
#define KVR_HGATP_MODE		(_UL(0xf) << KVR_HGATP_MODE_SHIFT)
#define KVR_HGATP_MODE_BARE	_UL(0)
#define KVR_HGATP_MODE_SV39X4	_UL(8)
#define KVR_HGATP_MODE_SV48X4	_UL(9)
#define KVR_HGATP_MODE_SV57X4	_UL(10)

/* Interrupts: numbers (scause without its top bit), then bits in xip and xie */
#define KVR_IRQ_SS		1
#define KVR_IRQ_VSS		2
#define KVR_IRQ_MS		3
#define KVR_IRQ_ST		5
#define KVR_IRQ_VST		6
#define KVR_IRQ_MT		7
#define KVR_IRQ_SE		9
#define KVR_IRQ_VSE		10
#define KVR_IRQ_ME		11
#define KVR_IRQ_SGE		12
#define KVR_IRQ_LCOF		13
#define KVR_IRQ_LOCAL_MAX	64

#define KVR_IP_SSIP		_BITUL(KVR_IRQ_SS)
#define KVR_IP_VSSIP		_BITUL(KVR_IRQ_VSS)
#define KVR_IP_STIP		_BITUL(KVR_IRQ_ST)
#define KVR_IP_VSTIP		_BITUL(KVR_IRQ_VST)
#define KVR_IP_SEIP		_BITUL(KVR_IRQ_SE)
#define KVR_IP_VSEIP		_BITUL(KVR_IRQ_VSE)
#define KVR_IP_SGEIP		_BITUL(KVR_IRQ_SGE)
#define KVR_IP_LCOFIP		_BITUL(KVR_IRQ_LCOF)

/* VS-level interrupts sit one above their S-level twins in hip, hvip, hideleg */
#define KVR_IP_VS_TO_S_SHIFT	1

/* scause and vscause */
#define KVR_CAUSE_IRQ		_BITUL(63)
#define KVR_EXC_INST_MISALIGNED		0
#define KVR_EXC_INST_ACCESS		1
#define KVR_EXC_ILLEGAL_INST		2
#define KVR_EXC_BREAKPOINT		3
#define KVR_EXC_LOAD_MISALIGNED		4
#define KVR_EXC_LOAD_ACCESS		5
#define KVR_EXC_STORE_MISALIGNED	6
#define KVR_EXC_STORE_ACCESS		7
#define KVR_EXC_ECALL_U			8
#define KVR_EXC_ECALL_HS		9
#define KVR_EXC_ECALL_VS		10
#define KVR_EXC_ECALL_M			11
#define KVR_EXC_INST_PAGE		12
#define KVR_EXC_LOAD_PAGE		13
#define KVR_EXC_STORE_PAGE		15
#define KVR_EXC_DOUBLE_TRAP		16
#define KVR_EXC_SOFTWARE_CHECK		18
#define KVR_EXC_HARDWARE_ERROR		19
#define KVR_EXC_INST_GUEST_PAGE		20
#define KVR_EXC_LOAD_GUEST_PAGE		21
#define KVR_EXC_VIRTUAL_INST		22
#define KVR_EXC_STORE_GUEST_PAGE	23
#define KVR_EXC_COUNT			24

/* scounteren and hcounteren; HPM counter n (3 ... 31) is bit n */
#define KVR_COUNTEREN_CY	_BITUL(0)
#define KVR_COUNTEREN_TM	_BITUL(1)
#define KVR_COUNTEREN_IR	_BITUL(2)

/* senvcfg and henvcfg; DTE, ADUE, PBMTE and STCE exist in henvcfg only, UKTE in senvcfg only */
#define KVR_ENVCFG_FIOM		_BITUL(0)
#define KVR_ENVCFG_LPE		_BITUL(2)
#define KVR_ENVCFG_SSE		_BITUL(3)
#define KVR_ENVCFG_CBIE_SHIFT	4
#define KVR_ENVCFG_CBIE		(_UL(3) << KVR_ENVCFG_CBIE_SHIFT)
#define KVR_ENVCFG_CBIE_ILL	_UL(0)
#define KVR_ENVCFG_CBIE_FLUSH	_UL(1)
#define KVR_ENVCFG_CBIE_INV	_UL(3)
#define KVR_ENVCFG_CBCFE	_BITUL(6)
#define KVR_ENVCFG_CBZE		_BITUL(7)
#define KVR_ENVCFG_UKTE		_BITUL(8)
#define KVR_ENVCFG_PMM_SHIFT	32
#define KVR_ENVCFG_PMM		(_UL(3) << KVR_ENVCFG_PMM_SHIFT)
#define KVR_ENVCFG_PMM_PMLEN0	_UL(0)
#define KVR_ENVCFG_PMM_PMLEN7	_UL(2)
#define KVR_ENVCFG_PMM_PMLEN16	_UL(3)
#define KVR_ENVCFG_DTE		_BITUL(59)
#define KVR_ENVCFG_ADUE		_BITUL(61)
#define KVR_ENVCFG_PBMTE	_BITUL(62)
#define KVR_ENVCFG_STCE		_BITUL(63)

/* sstateen0 (C, FCSR, JVT) and hstateen0 (all) */
#define KVR_STATEEN0_C		_BITUL(0)
#define KVR_STATEEN0_FCSR	_BITUL(1)
#define KVR_STATEEN0_JVT	_BITUL(2)
#define KVR_STATEEN0_CTR	_BITUL(54)
#define KVR_STATEEN0_CONTEXT	_BITUL(57)
#define KVR_STATEEN0_IMSIC	_BITUL(58)
#define KVR_STATEEN0_AIA	_BITUL(59)
#define KVR_STATEEN0_CSRIND	_BITUL(60)
#define KVR_STATEEN0_ENVCFG	_BITUL(62)
#define KVR_STATEEN_SE		_BITUL(63)

/* hvictl */
#define KVR_HVICTL_IPRIO	_UL(0xff)
#define KVR_HVICTL_IPRIOM	_BITUL(8)
#define KVR_HVICTL_DPR		_BITUL(9)
#define KVR_HVICTL_IID_SHIFT	16
#define KVR_HVICTL_IID		(_UL(0xfff) << KVR_HVICTL_IID_SHIFT)
#define KVR_HVICTL_VTI		_BITUL(30)

/* stopi, vstopi; stopei, vstopei */
#define KVR_TOPI_IPRIO		_UL(0xff)
#define KVR_TOPI_IID_SHIFT	16
#define KVR_TOPI_IID		(_UL(0xfff) << KVR_TOPI_IID_SHIFT)
#define KVR_TOPEI_PRIO		_UL(0x7ff)
#define KVR_TOPEI_ID_SHIFT	16
#define KVR_TOPEI_ID		(_UL(0x7ff) << KVR_TOPEI_ID_SHIFT)

/* What siselect and vsiselect choose; on RV64 only the even eip and eie exist */
#define KVR_ISELECT_IPRIO0	0x30
#define KVR_ISELECT_IPRIO15	0x3f
#define KVR_ISELECT_EIDELIVERY	0x70
#define KVR_ISELECT_EITHRESHOLD	0x72
#define KVR_ISELECT_EIP0	0x80
#define KVR_ISELECT_EIP63	0xbf
#define KVR_ISELECT_EIE0	0xc0
#define KVR_ISELECT_EIE63	0xff

/*
 * htinst of a guest page fault raised by the implicit access of a VS-stage
 * walk to a table entry of 64 bits (Hypervisor, "Transformed Instruction or
 * Pseudoinstruction for mtinst or htinst")
 */
#define KVR_HTINST_PSEUDO_READ	0x3000
#define KVR_HTINST_PSEUDO_WRITE	0x3020

#endif /* KVR_HOST_CSR_H */
