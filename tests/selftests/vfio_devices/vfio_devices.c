// SPDX-License-Identifier: GPL-2.0-only
/* Two devices of VFIO's that do nothing; each has a group, and so a file, of its own. */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/vfio.h>

struct idle_device {
	struct vfio_device vfio;	/* first */
};

static struct device *parents[2];
static struct idle_device *devices[2];

static const struct vfio_device_ops idle_ops = {
	.name = "idle",
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
};

static int device_add_one(unsigned int i)
{
	struct idle_device *device;
	int ret;

	parents[i] = root_device_register(i ? "vfio_idle1" : "vfio_idle0");
	if (IS_ERR(parents[i]))
		return PTR_ERR(parents[i]);
	device = vfio_alloc_device(idle_device, vfio, parents[i], &idle_ops);
	if (IS_ERR(device)) {
		ret = PTR_ERR(device);
		goto parent;
	}
	ret = vfio_register_emulated_iommu_dev(&device->vfio);
	if (ret)
		goto device;
	devices[i] = device;
	return 0;
device:
	vfio_put_device(&device->vfio);
parent:
	root_device_unregister(parents[i]);
	return ret;
}

static void devices_drop(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(devices) && devices[i]; i++) {
		vfio_unregister_group_dev(&devices[i]->vfio);
		vfio_put_device(&devices[i]->vfio);
		root_device_unregister(parents[i]);
	}
}

static int __init vfio_devices_init(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		ret = device_add_one(i);
		if (ret) {
			devices_drop();
			return ret;
		}
	}
	return 0;
}
module_init(vfio_devices_init);

static void __exit vfio_devices_exit(void)
{
	devices_drop();
}
module_exit(vfio_devices_exit);

MODULE_DESCRIPTION("VFIO devices for tests");
MODULE_LICENSE("GPL");
