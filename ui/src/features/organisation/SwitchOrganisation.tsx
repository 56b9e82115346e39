import { useQuery } from '@tanstack/react-query';
import { meQuery } from '@/shared/api/login';
import { changeOrganisation } from '@/shared/identity/changeLogin';
import { roleName } from '@/shared/identity/roles';
import { Avatar } from '@/shared/ui/Avatar';
import { Picker } from '@/shared/ui/Picker';
import { PickerDialog } from '@/shared/ui/PickerDialog';

/** The organisations of the person, to be found by typing. */
export function SwitchOrganisation({ onClose }: { onClose: () => void }) {
  const { data: me } = useQuery(meQuery());
  const organisations = me?.organisations ?? [];
  return (
    <PickerDialog open onOpenChange={(open) => !open && onClose()} title="Switch organisation">
      <Picker
        items={organisations.map((each) => ({
          id: each.id,
          label: each.name,
          icon: <Avatar name={each.name} size={16} square />,
          hint: each.personal ? 'Personal' : roleName(each.role),
        }))}
        selected={me ? [me.organisation.id] : []}
        placeholder="Switch to an organisation…"
        emptyText="You belong to none of this name."
        onPick={(id) => {
          onClose();
          const picked = organisations.find((each) => each.id === id);
          if (picked && picked.id !== me?.organisation.id) void changeOrganisation(picked);
        }}
      />
    </PickerDialog>
  );
}
